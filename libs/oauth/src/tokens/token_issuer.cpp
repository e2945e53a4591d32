#include "sigma/oauth/tokens/token_issuer.hpp"

#include <algorithm>

#include "sigma/oauth/sessions/session_identifier.hpp"
#include "sigma/oauth/tokens/secret.hpp"

namespace sigma::oauth {
namespace {

constexpr std::size_t kJtiLength = 22;

bool allows_grant(const store::Client& client, std::string_view grant) {
  return std::find(client.grant_types.begin(), client.grant_types.end(), grant) != client.grant_types.end();
}

// What access and refresh tokens of one authorization have in common.
template <class Row>
void fill(Row& row, const Issue& issue, std::string_view secret, core::UtcTime now) {
  row.hash = hash_secret(secret);
  row.grant_id = issue.grant_id;
  row.client_id = issue.client.id;
  row.bap_id = issue.bap_id;
  row.details = issue.details;
  if (const auto may_act = core::json_string(issue.client.metadata, "may_act"))
    row.details["may_act"] = {{"client_id", *may_act}};
  if (issue.dpop_jkt) row.details["cnf"] = {{"jkt", *issue.dpop_jkt}};
  row.auth_time = issue.auth_time;
  row.created_at = now;
}

// A token for another resource still opens userinfo when it has the scope for it. A JWT without a resource is for this
// server (RFC 9068 §3).
std::vector<std::string> audience_of(const Issue& issue, const Settings& settings) {
  std::vector<std::string> audience = issue.resources;
  if (audience.empty() && is_jwt_wanted(issue)) return {settings.issuer};
  if (!audience.empty() && has_scope(issue.scopes, "openid"))
    audience.push_back(settings.base_url + std::string(kUserInfoPath));
  return audience;
}

}  // namespace

bool is_jwt_wanted(const Issue& issue) {
  return !issue.resources.empty() || core::json_string(issue.client.metadata, "access_token_format") == "jwt";
}

jose::Algorithm id_token_algorithm(const store::Client& client, const Settings& settings) {
  const auto wanted = core::json_string(client.metadata, "id_token_signed_response_alg");
  if (!wanted) return settings.id_token_algorithm;
  return jose::parse_algorithm(*wanted).value_or(settings.id_token_algorithm);
}

core::Task<Result<std::string>> TokenIssuer::id_token(const Issue& issue, const std::string& access_token) {
  const core::UtcTime now = clock_.now();
  const jose::Algorithm algorithm = id_token_algorithm(issue.client, settings_);
  std::optional<Subject> entitled;
  if (entitlements_) {
    entitled = issue.subject;
    entitled->user = co_await entitlements_->entitled(std::move(entitled->user));
    entitled->with_entitlements = true;
  }
  core::Json claims =
      id_token_claims(entitled ? *entitled : *issue.subject, issue.scopes, requested_claims(issue.details, "id_token"));
  claims["iss"] = settings_.issuer;
  claims["sub"] = subjects_.for_client(issue.client, issue.subject->user.id);
  claims["aud"] = issue.client.id.str();
  claims["azp"] = issue.client.id.str();
  claims["iat"] = now.seconds();
  claims["exp"] = (now + settings_.id_token_lifetime).seconds();
  claims["auth_time"] = issue.auth_time.seconds();
  claims["acr"] = kAcr;
  claims["at_hash"] = jose::half_hash(algorithm, access_token);
  claims["sid"] = session_identifier(issue.client.id, *issue.session_id);
  if (issue.nonce) claims["nonce"] = *issue.nonce;
  const auto keys = keys_.current();
  SIGMA_CO_TRY(std::string token, co_await keys->sign_jwt(algorithm, "JWT", std::move(claims), signing_pool_));
  co_return token;
}

core::Task<Result<std::string>> TokenIssuer::jwt_access_token(const Issue& issue, const store::AccessToken& row) {
  core::Json claims = {{"iss", settings_.issuer},
                       {"client_id", issue.client.id.str()},
                       {"jti", random_.text(kJtiLength, core::kLettersAndDigits)},
                       {"iat", row.created_at.seconds()},
                       {"exp", row.expires_at.seconds()},
                       {"scope", join_scopes(issue.scopes)}};
  claims["aud"] = row.audience.size() > 1 ? core::Json(row.audience) : core::Json(row.audience.front());
  claims["sub"] = issue.client.id.str();
  if (issue.subject) {
    claims["sub"] = subjects_.for_client(issue.client, issue.subject->user.id);
    claims["auth_time"] = issue.auth_time.seconds();
    claims["acr"] = kAcr;
  }
  if (issue.bap_id) claims["bap_id"] = issue.bap_id->str();
  for (const char* member : {"cnf", "act", "may_act"}) {
    if (row.details.is_object() && row.details.contains(member)) claims[member] = row.details[member];
  }
  const auto keys = keys_.current();
  SIGMA_CO_TRY(std::string token,
               co_await keys->sign_jwt(settings_.id_token_algorithm, "at+jwt", std::move(claims), signing_pool_));
  co_return token;
}

core::Task<Result<Minted>> TokenIssuer::mint_access_token(const Issue& issue) {
  const core::UtcTime now = clock_.now();
  Minted minted;
  store::AccessToken& row = minted.rows.access;
  std::string secret = make_bearer_secret(random_);
  fill(row, issue, secret, now);
  if (issue.subject) row.user_id = issue.subject->user.id;
  row.session_id = issue.session_id;
  row.scopes = issue.scopes;
  row.audience = audience_of(issue, settings_);
  row.expires_at = now + settings_.access_token_lifetime;
  if (issue.expires_by) row.expires_at = std::min(row.expires_at, *issue.expires_by);
  if (is_jwt_wanted(issue)) {
    SIGMA_CO_TRY(secret, co_await jwt_access_token(issue, row));
    row.hash = hash_secret(secret);
  }
  minted.answer = {{"access_token", std::move(secret)},
                   {"token_type", issue.dpop_jkt ? "DPoP" : "Bearer"},
                   {"expires_in", row.expires_at.seconds() - now.seconds()},
                   {"expires_at", row.expires_at.seconds()},
                   {"scope", join_scopes(issue.scopes)}};
  co_return minted;
}

core::Task<Result<Minted>> TokenIssuer::mint(const Issue& issue) {
  SIGMA_CO_TRY(Minted minted, co_await mint_access_token(issue));
  core::Json& answer = minted.answer;
  if (has_scope(issue.granted_scopes, "offline_access") && allows_grant(issue.client, "refresh_token")) {
    const std::string refresh = make_bearer_secret(random_);
    store::RefreshToken& row = minted.rows.refresh.emplace();
    fill(row, issue, refresh, minted.rows.access.created_at);
    row.user_id = issue.subject->user.id;
    row.session_id = *issue.session_id;
    row.scopes = issue.granted_scopes;
    row.resources = issue.granted_resources;
    row.expires_at = row.created_at + settings_.refresh_token_lifetime;
    answer["refresh_token"] = refresh;
  }
  if (has_scope(issue.scopes, "openid")) {
    SIGMA_CO_TRY(answer["id_token"], co_await id_token(issue, answer["access_token"].get_ref<const std::string&>()));
  }
  co_return minted;
}

}  // namespace sigma::oauth
