#include "sigma/oauth/grants/refresh_token.hpp"

#include <algorithm>

#include "sigma/crypto/aead.hpp"
#include "sigma/crypto/digest.hpp"
#include "sigma/oauth/tokens/secret.hpp"

namespace sigma::oauth {
namespace {

constexpr std::string_view kAnswerContext = "sigma refresh answer v1";

Error bad_grant(std::string description) {
  return {ErrorCode::invalid_grant, std::move(description)};
}

// What makes two refresh requests "the same": everything but the proof of the client, which is new each time.
std::string fingerprint_of(const store::Client& client, const http::Form& form) {
  std::vector<std::string> parts;
  for (const auto& [name, value] : form.parameters()) {
    if (name == "scope" || name == "resource") parts.push_back(name + "=" + value);
  }
  std::sort(parts.begin(), parts.end());
  std::string text = client.id.str();
  for (const auto& part : parts) text += '\n' + part;
  return crypto::to_string(crypto::sha256(text));
}

std::string answer_key(std::string_view secret) {
  return crypto::to_string(crypto::hmac_sha256(secret, kAnswerContext));
}

}  // namespace

Result<void> RefreshTokenGrant::check_parameters(const http::Form& form) const {
  if (!form.find_nonempty("refresh_token")) return Error{ErrorCode::invalid_request, "refresh_token is missing."};
  return {};
}

core::Task<Result<core::Json>> RefreshTokenGrant::answer_again(store::RefreshToken row, std::string secret,
                                                               std::string fingerprint) {
  const core::UtcTime now = clock_.now();
  const bool in_grace = row.rotated_at && now - *row.rotated_at <= settings_.refresh_retry_grace;
  if (in_grace && row.request_fingerprint == fingerprint && row.sealed_answer) {
    SIGMA_CO_TRY(const crypto::SecretBytes text,
                 crypto::aead_open(answer_key(secret), *row.sealed_answer, kAnswerContext));
    SIGMA_CO_TRY(core::Json answer, core::parse_json(text.view()));
    // The answer was not lost if its refresh token has been used since: then two parties hold this token.
    SIGMA_CO_TRY(const auto successor, co_await store_.tokens.find_refresh(
                                           hash_secret(core::json_string(answer, "refresh_token").value_or(""))));
    if (successor && !successor->rotated_at) co_return answer;
    co_return co_await end_family(row.grant_id);
  }
  if (in_grace)
    co_return bad_grant("This refresh token was just used with other parameters; use the newest refresh token.");
  co_return co_await end_family(row.grant_id);
}

core::Task<Result<core::Json>> RefreshTokenGrant::end_family(store::GrantId grant_id) {
  SIGMA_CO_CHECK(co_await store_.tokens.revoke_grant(std::move(grant_id), clock_.now()));
  co_return bad_grant("This refresh token was used before. All tokens of this sign-in were revoked; sign in again.");
}

core::Task<Result<Issue>> RefreshTokenGrant::prepare(store::Client client, const store::RefreshToken& row,
                                                     const http::Form& form) {
  Scopes scopes = row.scopes;
  if (const auto wanted = form.find_nonempty("scope")) {
    SIGMA_CO_TRY(scopes, parse_scopes(*wanted));
    if (!covers(row.scopes, scopes))
      co_return Error{ErrorCode::invalid_scope,
                      "A refresh cannot ask for more than was granted; ask for fewer scopes or leave scope out."};
  }
  SIGMA_CO_TRY(auto user, co_await store_.users.find(row.user_id));
  if (!user || user->disabled) co_return bad_grant("The account behind this refresh token is gone or switched off.");
  Issue issue;
  issue.client = std::move(client);
  issue.subject.user = std::move(*user);
  if (row.bap_id) {
    SIGMA_CO_TRY(issue.subject.profile, co_await store_.users.find_profile(*row.bap_id));
  }
  issue.grant_id = row.grant_id;
  issue.session_id = row.session_id;
  issue.bap_id = row.bap_id;
  issue.scopes = std::move(scopes);
  issue.granted_scopes = row.scopes;
  issue.auth_time = row.auth_time;
  issue.resources = row.resources;
  issue.details = row.details;
  co_return issue;
}

core::Task<Result<core::Json>> RefreshTokenGrant::exchange(store::Client client, http::Form form) {
  const std::string secret(*form.find_nonempty("refresh_token"));
  const store::SecretHash hash = hash_secret(secret);
  const std::string fingerprint = fingerprint_of(client, form);
  SIGMA_CO_TRY(auto row, co_await store_.tokens.find_refresh(hash));
  if (!row || row->client_id != client.id || row->revoked_at || row->expires_at <= clock_.now()) {
    co_return bad_grant(
        "The refresh token is unknown, expired, revoked, or was issued to another client; sign in again.");
  }
  if (row->rotated_at) co_return co_await answer_again(std::move(*row), secret, fingerprint);

  SIGMA_CO_TRY(Issue issue, co_await prepare(std::move(client), *row, form));
  SIGMA_CO_TRY(Minted minted, co_await issuer_.mint(std::move(issue)));
  SIGMA_CO_TRY(std::string sealed,
               crypto::aead_seal(answer_key(secret), core::dump_json(minted.answer), kAnswerContext, random_));
  SIGMA_CO_TRY(const store::Consumed outcome,
               co_await store_.tokens.rotate_refresh(hash, clock_.now(), fingerprint, std::move(sealed),
                                                     std::move(minted.rows)));
  if (outcome == store::Consumed::done) co_return std::move(minted.answer);

  // Another request with the same token was faster: give its answer, if this one is its twin.
  SIGMA_CO_TRY(row, co_await store_.tokens.find_refresh(hash));
  if (!row || !row->rotated_at || row->revoked_at) co_return bad_grant("The refresh token was revoked; sign in again.");
  co_return co_await answer_again(std::move(*row), secret, fingerprint);
}

}  // namespace sigma::oauth
