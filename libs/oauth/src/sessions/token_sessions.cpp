#include "sigma/oauth/sessions/token_sessions.hpp"

#include "sigma/oauth/dpop/dpop_verifier.hpp"
#include "sigma/oauth/scope.hpp"
#include "sigma/oauth/tokens/secret.hpp"

namespace sigma::oauth {

core::Task<Result<std::optional<store::SessionWithUser>>> TokenSessions::find(std::string access_token) {
  const std::optional<store::SessionWithUser> nobody;
  const store::SecretHash hash = hash_secret(access_token);
  SIGMA_CO_TRY(const auto token, co_await store_.tokens.find_access(hash));
  if (!token || token->revoked_at || token->expires_at <= clock_.now() || !token->user_id || !token->session_id)
    co_return nobody;
  if (!token->details.is_object() || !token->details.contains(kSessionApiMark)) co_return nobody;
  if (bound_key(token->details)) co_return nobody;  // presented as a mere bearer token here
  SIGMA_CO_TRY(const auto client, co_await clients_.find_kept(token->client_id));
  if (!client || client->disabled) co_return nobody;
  SIGMA_CO_TRY(auto user, co_await store_.users.find(*token->user_id));
  if (!user || user->disabled) co_return nobody;

  store::SessionWithUser found;
  found.user = std::move(*user);
  if (!has_scope(token->scopes, "email")) {
    found.user.email.reset();
    found.user.email_verified = false;
  }
  found.session.id = store::SessionId{token->grant_id.str()};
  found.session.token_hash = hash;
  found.session.user_id = found.user.id;
  found.session.active_bap_id = token->bap_id;
  found.session.auth_time = token->auth_time;
  found.session.created_at = found.session.updated_at = token->created_at;
  found.session.expires_at = token->expires_at;
  co_return found;
}

}  // namespace sigma::oauth
