#include "sigma/oauth/grants/device_code.hpp"

#include <fmt/format.h>

#include "sigma/oauth/sessions/token_sessions.hpp"
#include "sigma/oauth/tokens/resources.hpp"
#include "sigma/oauth/tokens/secret.hpp"

namespace sigma::oauth {
namespace {

Error unknown_code() {
  return {ErrorCode::invalid_grant,
          "The device code is unknown, was used before, or was issued to another client; start again."};
}

Error denied() {
  return {ErrorCode::authorization_denied, "The person did not allow this device to sign in."};
}

// What the state of the code says to a poll; nothing wrong when it is approved.
Result<void> check_answer(const store::DevicePoll& poll, core::UtcTime now) {
  const store::DeviceCode& code = poll.code;
  if (code.consumed_at) return unknown_code();
  if (code.status == store::DeviceCodeStatus::denied) return denied();
  if (code.expires_at <= now) return Error{ErrorCode::expired_token, "The device code has expired; start again."};
  if (code.status == store::DeviceCodeStatus::approved) return {};
  if (poll.too_fast)
    return Error{ErrorCode::slow_down, fmt::format("Poll at most every {} seconds.", code.poll_interval)};
  return Error{ErrorCode::authorization_pending,
               fmt::format("Waiting for the person; poll again in {} seconds.", code.poll_interval)};
}

}  // namespace

Result<void> DeviceCodeGrant::check_parameters(const http::Form& form) const {
  if (!form.find_nonempty("device_code")) return Error{ErrorCode::invalid_request, "device_code is missing."};
  return {};
}

core::Task<Result<Issue>> DeviceCodeGrant::prepare(TokenRequest request, const store::DeviceCode& code) {
  SIGMA_CO_TRY(Scopes scopes, narrowed_scopes(request.form, code.scopes));
  SIGMA_CO_TRY(auto user, co_await store_.users.find(*code.user_id));
  if (!user || user->disabled) co_return denied();
  Issue issue;
  SIGMA_CO_TRY(issue.resources, narrowed_resources(request.form, {}, settings_.resources));
  issue.granted_resources = issue.resources;
  issue.client = std::move(request.client);
  issue.subject = Subject{std::move(*user), std::nullopt};
  issue.dpop_jkt = std::move(request.dpop_jkt);
  if (code.bap_id) {
    SIGMA_CO_TRY(issue.subject->profile, co_await store_.users.find_profile(*code.bap_id));
  }
  issue.grant_id = *code.grant_id;
  issue.session_id = *code.session_id;
  issue.bap_id = code.bap_id;
  issue.scopes = std::move(scopes);
  issue.granted_scopes = code.scopes;
  issue.auth_time = *code.auth_time;
  issue.details = {{kSessionApiMark, true}};
  co_return issue;
}

core::Task<Result<core::Json>> DeviceCodeGrant::exchange(TokenRequest request) {
  const store::SecretHash hash = hash_secret(*request.form.find_nonempty("device_code"));
  AuditEvent* const audit = request.audit;
  SIGMA_CO_TRY(const auto poll, co_await store_.devices.poll(hash, request.client.id, clock_.now()));
  if (!poll) co_return unknown_code();
  SIGMA_CO_CHECK(check_answer(*poll, clock_.now()));
  SIGMA_CO_TRY(const Issue issue, co_await prepare(std::move(request), poll->code));
  SIGMA_CO_TRY(Minted minted, co_await issuer_.mint(issue));
  note_token(audit, minted.rows.access);
  SIGMA_CO_TRY(const store::Consumed outcome,
               co_await store_.devices.redeem(hash, clock_.now(), std::move(minted.rows)));
  // Another poll was faster, or the person signed out or withdrew the consent since.
  if (outcome != store::Consumed::done) co_return unknown_code();
  co_return std::move(minted.answer);
}

}  // namespace sigma::oauth
