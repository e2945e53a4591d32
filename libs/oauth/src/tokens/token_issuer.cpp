#include "sigma/oauth/tokens/token_issuer.hpp"

#include <algorithm>

#include "sigma/oauth/tokens/secret.hpp"

namespace sigma::oauth {
namespace {

bool allows_grant(const store::Client& client, std::string_view grant) {
  return std::find(client.grant_types.begin(), client.grant_types.end(), grant) != client.grant_types.end();
}

store::AccessToken access_row(const Issue& issue, std::string_view secret, core::UtcTime now,
                              const Settings& settings) {
  store::AccessToken row;
  row.hash = hash_secret(secret);
  row.grant_id = issue.grant_id;
  row.client_id = issue.client.id;
  row.user_id = issue.subject.user.id;
  row.session_id = issue.session_id;
  row.bap_id = issue.bap_id;
  row.scopes = issue.scopes;
  row.audience = issue.resources;
  row.details = issue.details;
  row.auth_time = issue.auth_time;
  row.created_at = now;
  row.expires_at = now + settings.access_token_lifetime;
  return row;
}

store::RefreshToken refresh_row(const Issue& issue, std::string_view secret, core::UtcTime now,
                                const Settings& settings) {
  store::RefreshToken row;
  row.hash = hash_secret(secret);
  row.grant_id = issue.grant_id;
  row.client_id = issue.client.id;
  row.user_id = issue.subject.user.id;
  row.session_id = issue.session_id;
  row.bap_id = issue.bap_id;
  row.scopes = issue.granted_scopes;
  row.resources = issue.resources;
  row.details = issue.details;
  row.auth_time = issue.auth_time;
  row.created_at = now;
  row.expires_at = now + settings.refresh_token_lifetime;
  return row;
}

}  // namespace

jose::Algorithm id_token_algorithm(const store::Client& client, const Settings& settings) {
  const auto wanted = core::json_string(client.metadata, "id_token_signed_response_alg");
  if (!wanted) return settings.id_token_algorithm;
  return jose::parse_algorithm(*wanted).value_or(settings.id_token_algorithm);
}

core::Task<Result<std::string>> TokenIssuer::id_token(const Issue& issue, std::string access_token) {
  const core::UtcTime now = clock_.now();
  const jose::Algorithm algorithm = id_token_algorithm(issue.client, settings_);
  core::Json claims = id_token_claims(issue.subject, issue.scopes);
  claims["iss"] = settings_.issuer;
  claims["sub"] = issue.subject.user.id.str();
  claims["aud"] = issue.client.id.str();
  claims["azp"] = issue.client.id.str();
  claims["iat"] = now.seconds();
  claims["exp"] = (now + settings_.id_token_lifetime).seconds();
  claims["auth_time"] = issue.auth_time.seconds();
  claims["acr"] = kAcr;
  claims["at_hash"] = jose::half_hash(algorithm, access_token);
  if (issue.nonce) claims["nonce"] = *issue.nonce;
  const auto keys = keys_.current();
  SIGMA_CO_TRY(std::string token, co_await keys->sign_jwt(algorithm, "JWT", std::move(claims), signing_pool_));
  co_return token;
}

core::Task<Result<Minted>> TokenIssuer::mint(Issue issue) {
  const core::UtcTime now = clock_.now();
  const std::string access = make_bearer_secret(random_);
  Minted minted;
  minted.rows.access = access_row(issue, access, now, settings_);
  core::Json& answer = minted.answer;
  answer["access_token"] = access;
  answer["token_type"] = "Bearer";
  answer["expires_in"] = settings_.access_token_lifetime.count();
  answer["expires_at"] = minted.rows.access.expires_at.seconds();
  answer["scope"] = join_scopes(issue.scopes);
  if (has_scope(issue.granted_scopes, "offline_access") && allows_grant(issue.client, "refresh_token")) {
    const std::string refresh = make_bearer_secret(random_);
    minted.rows.refresh = refresh_row(issue, refresh, now, settings_);
    answer["refresh_token"] = refresh;
  }
  if (has_scope(issue.scopes, "openid")) {
    SIGMA_CO_TRY(answer["id_token"], co_await id_token(issue, access));
  }
  co_return minted;
}

}  // namespace sigma::oauth
