#include "sigma/oauth/grants/client_credentials.hpp"

#include "sigma/core/uuid.hpp"
#include "sigma/oauth/scope.hpp"
#include "sigma/oauth/tokens/secret.hpp"

namespace sigma::oauth {
namespace {

// Scopes that speak of a person mean nothing here.
bool is_personal(const std::string& scope) {
  return scope == "openid" || scope == "profile" || scope == "email" || scope == "offline_access";
}

}  // namespace

core::Task<Result<core::Json>> ClientCredentialsGrant::exchange(store::Client client, http::Form form) {
  if (client.auth_method == "none") {
    co_return Error{ErrorCode::unauthorized_client,
                    "A public client cannot use client_credentials: it has nothing to prove itself with."};
  }
  SIGMA_CO_TRY(Scopes scopes, parse_scopes(form.find_nonempty("scope").value_or("")));
  Scopes allowed = client.scopes;
  std::erase_if(allowed, is_personal);
  if (scopes.empty()) scopes = allowed;
  if (!covers(allowed, scopes)) {
    co_return Error{
        ErrorCode::invalid_scope,
        "client_credentials only gives scopes that are registered for the client and do not speak of a person."};
  }
  const core::UtcTime now = clock_.now();
  const std::string secret = make_bearer_secret(random_);
  store::AccessToken token;
  token.hash = hash_secret(secret);
  token.grant_id = store::GrantId{core::uuid_v7(clock_, random_)};
  token.client_id = client.id;
  token.scopes = scopes;
  token.auth_time = token.created_at = now;
  token.expires_at = now + settings_.access_token_lifetime;
  core::Json answer = {{"access_token", secret},
                       {"token_type", "Bearer"},
                       {"expires_in", settings_.access_token_lifetime.count()},
                       {"expires_at", token.expires_at.seconds()},
                       {"scope", join_scopes(scopes)}};
  SIGMA_CO_CHECK(co_await tokens_.create_access(std::move(token)));
  co_return answer;
}

}  // namespace sigma::oauth
