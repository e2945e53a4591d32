#include "sigma/oauth/userinfo/userinfo.hpp"

#include "sigma/oauth/tokens/secret.hpp"
#include "sigma/oauth/userinfo/claims.hpp"

namespace sigma::oauth {

core::Task<Result<core::Json>> UserInfo::describe(PresentedToken presented) {
  const Error dead{ErrorCode::invalid_token, "The access token is unknown, expired or revoked; get a new one."};
  SIGMA_CO_TRY(auto token, co_await store_.tokens.find_access(hash_secret(presented.token)));
  if (!token || token->revoked_at || token->expires_at <= clock_.now() || !token->user_id) co_return dead;
  if (!is_presented_rightly(presented, token->details)) {
    co_return Error{ErrorCode::invalid_token,
                    bound_key(token->details)
                        ? "The access token is bound to a key; send Authorization: DPoP and a proof made with that key."
                        : "The access token is not bound to a key; send Authorization: Bearer."};
  }
  if (!has_scope(token->scopes, "openid"))
    co_return Error{ErrorCode::insufficient_scope, "This access token lacks the scope openid."};

  SIGMA_CO_TRY(const auto client, co_await clients_.find_kept(token->client_id));
  if (!client || client->disabled) co_return dead;
  SIGMA_CO_TRY(auto user, co_await store_.users.find(*token->user_id));
  if (!user || user->disabled) co_return dead;
  Subject subject{std::move(*user), std::nullopt};
  if (token->bap_id) {
    SIGMA_CO_TRY(subject.profile, co_await store_.users.find_profile(*token->bap_id));
  }
  if (entitlements_) {
    subject.user = co_await entitlements_->entitled(std::move(subject.user));
    subject.with_entitlements = true;
  }
  core::Json claims = subject_claims(subject, token->scopes);
  add_requested_claims(claims, subject, requested_claims(token->details, "userinfo"));
  claims["sub"] = subjects_.for_client(*client, subject.user.id);
  co_return claims;
}

}  // namespace sigma::oauth
