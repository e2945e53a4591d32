#include "sigma/oauth/sessions/token_sessions.hpp"

#include "sigma/oauth/dpop/dpop_verifier.hpp"
#include "sigma/oauth/scope.hpp"
#include "sigma/oauth/tokens/secret.hpp"

namespace sigma::oauth {

core::Task<Result<std::optional<store::SessionWithUser>>> TokenSessions::find(std::string access_token) {
  const std::optional<store::SessionWithUser> nobody;
  const store::SecretHash hash = hash_secret(access_token);
  SIGMA_CO_TRY(const auto live, co_await tokens_.find(hash));
  if (!live || !live->user || !live->token.session_id) co_return nobody;
  const store::AccessToken& token = live->token;
  if (!token.details.is_object() || !token.details.contains(kSessionApiMark)) co_return nobody;
  if (bound_key(token.details)) co_return nobody;  // presented as a mere bearer token here

  store::SessionWithUser found;
  found.user = *live->user;
  if (!has_scope(token.scopes, "email")) {
    found.user.email.reset();
    found.user.email_verified = false;
  }
  found.session.id = store::SessionId{token.grant_id.str()};
  found.session.token_hash = hash;
  found.session.user_id = found.user.id;
  found.session.active_bap_id = token.bap_id;
  found.session.auth_time = token.auth_time;
  found.session.created_at = found.session.updated_at = token.created_at;
  found.session.expires_at = token.expires_at;
  co_return found;
}

}  // namespace sigma::oauth
