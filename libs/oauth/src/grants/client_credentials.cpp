#include "sigma/oauth/grants/client_credentials.hpp"

#include "sigma/core/uuid.hpp"
#include "sigma/oauth/scope.hpp"
#include "sigma/oauth/tokens/resources.hpp"

namespace sigma::oauth {
namespace {

// Scopes that speak of a person mean nothing here.
bool is_personal(const std::string& scope) {
  return scope == "openid" || scope == "profile" || scope == "email" || scope == "offline_access";
}

}  // namespace

core::Task<Result<core::Json>> ClientCredentialsGrant::exchange(TokenRequest request) {
  AuditEvent* const audit = request.audit;
  if (request.client.auth_method == "none") {
    co_return Error{ErrorCode::unauthorized_client,
                    "A public client cannot use client_credentials: it has nothing to prove itself with."};
  }
  SIGMA_CO_TRY(Scopes scopes, parse_scopes(request.form.find_nonempty("scope").value_or("")));
  Scopes allowed = request.client.scopes;
  std::erase_if(allowed, is_personal);
  if (scopes.empty()) scopes = allowed;
  if (!covers(allowed, scopes)) {
    co_return Error{
        ErrorCode::invalid_scope,
        "client_credentials only gives scopes that are registered for the client and do not speak of a person."};
  }
  Issue issue;
  SIGMA_CO_TRY(issue.resources, requested_resources(request.form, settings_.resources));
  issue.client = std::move(request.client);
  issue.grant_id = store::GrantId{core::uuid_v7(clock_, random_)};
  issue.scopes = std::move(scopes);
  issue.auth_time = clock_.now();
  issue.dpop_jkt = std::move(request.dpop_jkt);
  SIGMA_CO_TRY(Minted minted, co_await issuer_.mint_access_token(issue));
  note_token(audit, minted.rows.access);
  SIGMA_CO_CHECK(co_await tokens_.create_access(std::move(minted.rows.access)));
  co_return std::move(minted.answer);
}

}  // namespace sigma::oauth
