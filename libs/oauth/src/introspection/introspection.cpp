#include "sigma/oauth/introspection/introspection.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "each_once.hpp"
#include "sigma/oauth/dpop/dpop_verifier.hpp"
#include "sigma/oauth/grants/token_exchange.hpp"
#include "sigma/oauth/scope.hpp"
#include "sigma/oauth/sessions/session_identifier.hpp"
#include "sigma/oauth/tokens/secret.hpp"

namespace sigma::oauth {
namespace {

template <class Token>
void note_end(AuditEvent* audit, std::string_view kind, const Token& token) {
  if (!audit) return;
  audit->user_id = token.user_id;
  audit->session_id = token.session_id;
  audit->detail["token"] = kind;
  audit->detail["grant"] = token.grant_id.str();
}

const core::Json& inactive() {
  static const core::Json answer = {{"active", false}};
  return answer;
}

// Who says nothing about himself has not authenticated (RFC 7662 §2.1); at the token endpoint that is a missing
// parameter.
bool names_a_client(const ClientCredentials& request) {
  return request.form.find_nonempty("client_id") || request.form.find_nonempty("client_assertion") ||
         request.authorization || !request.x_auth_tokens.empty();
}

}  // namespace

core::Task<Result<TokenStatus::Caller>> TokenStatus::authenticate(ClientCredentials request, std::string_view path) {
  SIGMA_CO_CHECK(each_once(request.form));
  if (!names_a_client(request))
    co_return Error{ErrorCode::invalid_client, "Say who asks: send client_id and the client's authentication."};
  const auto secret = request.form.find_nonempty("token");
  if (!secret) co_return Error{ErrorCode::invalid_request, "token is missing."};
  const store::SecretHash hash = hash_secret(*secret);
  SIGMA_CO_TRY(store::Client client, co_await authenticator_.authenticate(std::move(request), std::string(path)));
  co_return Caller{std::move(client), hash};
}

core::Json TokenStatus::describe(const store::AccessToken& token, const store::Client& owner) const {
  core::Json json = {{"active", true},
                     {"iss", settings_.issuer},
                     {"client_id", token.client_id.str()},
                     {"azp", token.client_id.str()},
                     {"aud", token.audience.empty() ? core::Json(token.client_id.str()) : core::Json(token.audience)},
                     {"scope", join_scopes(token.scopes)},
                     {"token_type", bound_key(token.details) ? "DPoP" : "Bearer"},
                     {"iat", token.created_at.seconds()},
                     {"exp", token.expires_at.seconds()}};
  json["sub"] = token.user_id ? subjects_.for_client(owner, *token.user_id) : token.client_id.str();
  if (token.session_id) json["sid"] = session_identifier(token.client_id, *token.session_id);
  if (token.bap_id) json["bap_id"] = token.bap_id->str();
  for (const char* member : {"cnf", "act", "may_act"}) {
    if (token.details.is_object() && token.details.contains(member)) json[member] = token.details[member];
  }
  return json;
}

core::Json TokenStatus::describe(const store::RefreshToken& token, const store::Client& owner) const {
  return {{"active", true},
          {"iss", settings_.issuer},
          {"client_id", token.client_id.str()},
          {"azp", token.client_id.str()},
          {"sub", subjects_.for_client(owner, token.user_id)},
          {"sid", session_identifier(token.client_id, token.session_id)},
          {"scope", join_scopes(token.scopes)},
          {"token_type", "refresh_token"},
          {"iat", token.created_at.seconds()},
          {"exp", token.expires_at.seconds()}};
}

core::Task<Result<core::Json>> TokenStatus::introspect(ClientCredentials request) {
  SIGMA_CO_TRY(const Caller caller, co_await authenticate(std::move(request), kIntrospectPath));
  if (caller.client.auth_method == "none") {
    co_return Error{ErrorCode::invalid_client,
                    "Introspection needs a client that can authenticate; a public client cannot."};
  }
  const core::UtcTime now = clock_.now();
  SIGMA_CO_TRY(const auto access, co_await tokens_.find(caller.token));
  if (access) {
    const bool visible = access->client.id == caller.client.id || is_audience(caller.client, access->token.audience);
    co_return visible ? describe(access->token, access->client) : inactive();
  }
  SIGMA_CO_TRY(const auto refresh, co_await store_.tokens.find_refresh(caller.token));
  const bool live = refresh && !refresh->revoked_at && !refresh->rotated_at && now < refresh->expires_at &&
                    refresh->client_id == caller.client.id;
  co_return live ? describe(*refresh, caller.client) : inactive();
}

core::Task<Result<void>> TokenStatus::revoke(ClientCredentials request, AuditEvent* audit) {
  SIGMA_CO_TRY(const Caller caller, co_await authenticate(std::move(request), kRevokePath));
  if (audit) audit->by_client(caller.client.id);
  const core::UtcTime now = clock_.now();
  SIGMA_CO_TRY(const auto access, co_await store_.tokens.find_access(caller.token));
  if (access) {
    if (access->client_id != caller.client.id) co_return Result<void>{};
    SIGMA_CO_CHECK(co_await store_.tokens.revoke_access(caller.token, now));
    note_end(audit, "access_token", *access);
    co_return Result<void>{};
  }
  SIGMA_CO_TRY(const auto refresh, co_await store_.tokens.find_refresh(caller.token));
  if (refresh && refresh->client_id == caller.client.id) {
    SIGMA_CO_CHECK(co_await store_.tokens.revoke_grant(refresh->grant_id, now));
    note_end(audit, "refresh_token", *refresh);
  }
  co_return Result<void>{};
}

}  // namespace sigma::oauth
