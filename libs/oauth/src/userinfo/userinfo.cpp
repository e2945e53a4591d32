#include "sigma/oauth/userinfo/userinfo.hpp"

#include "sigma/oauth/tokens/secret.hpp"
#include "sigma/oauth/userinfo/claims.hpp"

namespace sigma::oauth {

core::Task<Result<core::Json>> UserInfo::describe(PresentedToken presented) {
  Error dead{ErrorCode::invalid_token, "The access token is unknown, expired or revoked; get a new one."};
  SIGMA_CO_TRY(const auto live, co_await tokens_.find(hash_secret(presented.token)));
  if (!live || (live->token.user_id && !live->user)) co_return dead;
  const store::AccessToken& token = live->token;
  if (!is_presented_rightly(presented, token.details)) {
    co_return Error{ErrorCode::invalid_token,
                    bound_key(token.details)
                        ? "The access token is bound to a key; send Authorization: DPoP and a proof made with that key."
                        : "The access token is not bound to a key; send Authorization: Bearer."};
  }
  if (!has_scope(token.scopes, "openid"))
    co_return Error{ErrorCode::insufficient_scope,
                    "This access token lacks the scope openid; ask for it when the person signs in."};
  if (!live->user) co_return dead;

  Subject subject{*live->user, live->profile};
  if (entitlements_) {
    subject.user = co_await entitlements_->entitled(std::move(subject.user));
    subject.with_entitlements = true;
  }
  core::Json claims = subject_claims(subject, token.scopes);
  add_requested_claims(claims, subject, requested_claims(token.details, "userinfo"));
  claims["sub"] = subjects_.for_client(live->client, subject.user.id);
  co_return claims;
}

}  // namespace sigma::oauth
