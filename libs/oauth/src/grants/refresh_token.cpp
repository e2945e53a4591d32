#include "sigma/oauth/grants/refresh_token.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "sigma/crypto/aead.hpp"
#include "sigma/crypto/digest.hpp"
#include "sigma/oauth/dpop/dpop_verifier.hpp"
#include "sigma/oauth/tokens/resources.hpp"
#include "sigma/oauth/tokens/secret.hpp"

namespace sigma::oauth {
namespace {

constexpr std::string_view kAnswerContext = "sigma refresh answer v1";

Error bad_grant(std::string description) {
  return {ErrorCode::invalid_grant, std::move(description)};
}

// What makes two refresh requests "the same": everything but the proof of the client, which is new each time.
std::string fingerprint_of(const TokenRequest& request) {
  std::vector<std::string> parts;
  for (const auto& [name, value] : request.form.parameters()) {
    if (name == "scope" || name == "resource") parts.push_back(fmt::format("{}={}", name, value));
  }
  std::sort(parts.begin(), parts.end());
  std::string text = request.client.id.str() + '\n' + request.dpop_jkt.value_or("");
  for (const auto& part : parts) text += '\n' + part;
  return crypto::to_string(crypto::sha256(text));
}

// A public client proves itself by the key its tokens are bound to (RFC 9449 §5); a confidential one has its own proof
// and may change keys, but does not fall back to bearer tokens.
Result<void> check_key(const TokenRequest& request, const store::RefreshToken& row) {
  const auto bound = bound_key(row.details);
  if (!bound) return {};
  if (!request.dpop_jkt)
    return bad_grant("This refresh token is bound to a key; send a DPoP proof made with that key.");
  if (request.client.auth_method == "none" && request.dpop_jkt != bound)
    return bad_grant("This refresh token is bound to another key; send a DPoP proof made with that key.");
  return {};
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
                                                               std::string fingerprint, AuditEvent* audit) {
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
    co_return co_await end_family(row, audit);
  }
  if (in_grace)
    co_return bad_grant("This refresh token was just used with other parameters; use the newest refresh token.");
  co_return co_await end_family(row, audit);
}

core::Task<Result<core::Json>> RefreshTokenGrant::end_family(const store::RefreshToken& row, AuditEvent* audit) {
  note_reuse(audit, row.grant_id, row.user_id);
  SIGMA_CO_CHECK(co_await store_.tokens.revoke_grant(row.grant_id, clock_.now()));
  co_return bad_grant("This refresh token was used before. All tokens of this sign-in were revoked; sign in again.");
}

Result<Issue> RefreshTokenGrant::prepare(TokenRequest request, store::RefreshContext found) const {
  store::RefreshToken& row = found.token;
  SIGMA_TRY(Scopes scopes, narrowed_scopes(request.form, row.scopes));
  if (!found.user || found.user->disabled)
    return bad_grant("The account behind this refresh token is gone or switched off.");
  Issue issue;
  SIGMA_TRY(issue.resources, narrowed_resources(request.form, row.resources, settings_.resources));
  issue.granted_resources = row.resources.empty() ? issue.resources : std::move(row.resources);
  issue.client = std::move(request.client);
  issue.subject = Subject{std::move(*found.user), std::move(found.profile)};
  issue.dpop_jkt = std::move(request.dpop_jkt);
  issue.grant_id = std::move(row.grant_id);
  issue.session_id = std::move(row.session_id);
  issue.bap_id = std::move(row.bap_id);
  issue.scopes = std::move(scopes);
  issue.granted_scopes = std::move(row.scopes);
  issue.auth_time = row.auth_time;
  issue.details = std::move(row.details);
  return issue;
}

core::Task<Result<core::Json>> RefreshTokenGrant::exchange(TokenRequest request) {
  const std::string secret(*request.form.find_nonempty("refresh_token"));
  const store::SecretHash hash = hash_secret(secret);
  const std::string fingerprint = fingerprint_of(request);
  AuditEvent* const audit = request.audit;
  if (audit) audit->type = AuditType::token_refreshed;
  SIGMA_CO_TRY(auto found, co_await store_.exchanges.find_refresh(hash));
  const store::RefreshToken* const row = found ? &found->token : nullptr;
  if (!row || row->client_id != request.client.id || row->revoked_at || row->expires_at <= clock_.now()) {
    co_return bad_grant(
        "The refresh token is unknown, expired, revoked, or was issued to another client; sign in again.");
  }
  SIGMA_CO_CHECK(check_key(request, *row));
  if (row->rotated_at) co_return co_await answer_again(std::move(found->token), secret, fingerprint, audit);

  SIGMA_CO_TRY(const Issue issue, prepare(std::move(request), std::move(*found)));
  SIGMA_CO_TRY(Minted minted, co_await issuer_.mint(issue));
  note_token(audit, minted.rows.access);
  SIGMA_CO_TRY(std::string sealed,
               crypto::aead_seal(answer_key(secret), core::dump_json(minted.answer), kAnswerContext, random_));
  SIGMA_CO_TRY(const store::Consumed outcome,
               co_await store_.tokens.rotate_refresh(hash, clock_.now(), fingerprint, std::move(sealed),
                                                     std::move(minted.rows)));
  if (outcome == store::Consumed::done) co_return std::move(minted.answer);

  // Another request with the same token was faster: give its answer, if this one is its twin.
  SIGMA_CO_TRY(auto winner, co_await store_.tokens.find_refresh(hash));
  if (!winner || !winner->rotated_at || winner->revoked_at)
    co_return bad_grant("The refresh token was revoked; sign in again.");
  co_return co_await answer_again(std::move(*winner), secret, fingerprint, audit);
}

}  // namespace sigma::oauth
