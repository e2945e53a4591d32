// The device flow (RFC 8628, contract §5). Every error is {"error","error_description"}, also those of the session.
#include "routes/audit_event.hpp"
#include "routes/body.hpp"
#include "routes/handler.hpp"
#include "routes/render.hpp"
#include "routes/session_cookie.hpp"
#include "sigma/core/encoding.hpp"
#include "sigma/http/form.hpp"
#include "sigma/oauth/device/device_authorization.hpp"
#include "sigma/oauth/device/unverified_client.hpp"
#include "sigma/oauth/grants/device_code.hpp"
#include "sigma/oauth_http/client_endpoint.hpp"

namespace sigma::service {
namespace {

using core::Json;

constexpr std::string_view kJson = "application/json";

oauth::Error bad_request(std::string description) {
  return {oauth::ErrorCode::invalid_request, std::move(description)};
}

/// The session's errors have names in capitals elsewhere.
http::Response device_error(const oauth::Error& error) {
  http::Response response = oauth_error(error);
  response.body =
      core::dump_json({{"error", core::to_lower_ascii(error.name())}, {"error_description", error.description()}});
  return response;
}

http::Response wrong_content_type(std::string_view expected) {
  return json_answer(
      {{"error", "invalid_request"}, {"error_description", fmt::format("Content-Type must be {}.", expected)}}, 415);
}

/// A JSON object of texts as the form it stands for; null is absent. better-auth's clients may say who they think the
/// person is, which counts for nothing (contract §5).
oauth::Result<http::Form> form_of_json(const http::Request& request) {
  SIGMA_TRY(const Json json, json_object(request, oauth::ErrorCode::invalid_request));
  http::Form form;
  for (const auto& [name, value] : json.items()) {
    if (value.is_null() || name == "user_id") continue;
    if (!value.is_string()) return bad_request(fmt::format("The member {} must be a string.", name));
    form.add(name, value.get<std::string>());
  }
  return form;
}

oauth::Result<oauth::ClientCredentials> device_credentials(http::Request& request) {
  if (!is_json(request)) return oauth_http::client_credentials(request);
  SIGMA_TRY(http::Form form, form_of_json(request));
  return oauth_http::client_credentials(request, std::move(form));
}

bool is_json_or_form(const http::Request& request) {
  return is_json(request) || oauth_http::is_form(request);
}

Task<oauth::Result<oauth::DeviceVisitor>> visitor_of(App& app, const http::Request& request) {
  SIGMA_CO_TRY(auto session, co_await find_session(app, request));
  co_return oauth::DeviceVisitor{std::move(session), request.remote_address};
}

std::string_view status_text(store::DeviceCodeStatus status) {
  switch (status) {
    case store::DeviceCodeStatus::approved:
      return "approved";
    case store::DeviceCodeStatus::denied:
      return "denied";
    case store::DeviceCodeStatus::pending:
      break;
  }
  return "pending";
}

Json request_json(const oauth::DeviceRequest& request, core::UtcTime now) {
  Json json = {{"user_code", request.user_code}, {"status", status_text(request.status)}};
  if (!request.client) return json;
  const store::Client& client = *request.client;
  json["client_id"] = client.id.str();
  json["client_name"] = client.name;
  json["verified"] = oauth::is_vouched_for(client);
  for (const char* member : {"logo_uri", "client_uri", "policy_uri", "tos_uri"}) {
    if (const auto found = client.metadata.find(member); found != client.metadata.end()) json[member] = *found;
  }
  json["scope"] = oauth::join_scopes(request.scopes);
  if (request.network) json["network"] = *request.network;
  if (request.same_network) json["same_network"] = *request.same_network;
  json["age"] = (now - request.created_at).count() / 1000;  // seconds: the browser's clock may be off
  json["expires_in"] = (request.expires_at - now).count() / 1000;
  return json;
}

struct Answer {
  std::string user_code;
  std::optional<store::BapId> bap_id;
  oauth::DeviceVisitor visitor;
};

/// What approve and deny have in common: JSON from our own pages, and a session.
Task<oauth::Result<Answer>> answer_of(App& app, const http::Request& request) {
  SIGMA_CO_TRY(auto session, co_await require_session(app, request));
  SIGMA_CO_TRY(const Json body, json_object(request, oauth::ErrorCode::invalid_request));
  auto user_code = core::json_string(body, "userCode");
  if (!user_code) co_return bad_request("userCode is missing.");
  Answer answer{std::move(*user_code), {}, {std::move(session), request.remote_address}};
  if (const auto bap_id = body.find("bapId"); bap_id != body.end()) {
    if (!bap_id->is_string()) co_return bad_request("bapId must be a string.");
    answer.bap_id = store::BapId{bap_id->get<std::string>()};
  }
  co_return answer;
}

http::Response answered(const oauth::Result<void>& result) {
  return result ? json_answer({{"success", true}}) : device_error(result.error());
}

Task<http::Response> device_code(App& app, http::Request request) {
  if (!is_json_or_form(request)) co_return wrong_content_type("application/json or application/x-www-form-urlencoded");
  auto credentials = device_credentials(request);
  if (!credentials) co_return oauth_error(credentials.error());
  const bool basic = credentials->authorization.has_value();
  auto codes = co_await app.device.start(std::move(*credentials), std::move(request.path), request.remote_address);
  if (codes) co_return json_answer(*codes);
  http::Response response = oauth_error(codes.error());
  // 401 is for who tried a header (RFC 6749 §5.2); existing clients read 400 here (contract §5).
  if (codes.error().code() == oauth::ErrorCode::invalid_client) {
    if (basic)
      response.headers.add("WWW-Authenticate", "Basic realm=\"token\"");
    else
      response.status = 400;
  }
  co_return response;
}

Task<http::Response> device_token(App& app, http::Request request) {
  if (!is_json_or_form(request)) co_return wrong_content_type("application/json or application/x-www-form-urlencoded");
  auto credentials = device_credentials(request);
  if (!credentials) co_return oauth_error(credentials.error());
  const auto type = credentials->form.find_nonempty("grant_type");
  if (type && *type != oauth::kDeviceCodeGrant) {
    co_return oauth_error(
        {oauth::ErrorCode::unsupported_grant_type, fmt::format("Only {} is answered here.", oauth::kDeviceCodeGrant)});
  }
  const bool basic = credentials->authorization.has_value();
  const bool with_dpop = !credentials->dpop_proofs.empty();
  oauth::AuditEvent event = token_event(request, *credentials);
  auto tokens = co_await app.token.exchange(std::move(*credentials), std::move(request.path), &event);
  record_tokens(app.audit, std::move(event), tokens);
  http::Response response = tokens ? json_answer(*tokens) : oauth_error(tokens.error());
  if (with_dpop) response.headers.add("DPoP-Nonce", app.dpop.nonce());
  if (basic && response.status == 401) response.headers.add("WWW-Authenticate", "Basic realm=\"token\"");
  co_return response;
}

Task<http::Response> device_status(App& app, http::Request request) {
  const auto query = http::Form::parse(request.query);
  const auto user_code = query ? query->find_nonempty("user_code") : std::nullopt;
  if (!user_code) co_return device_error(bad_request("user_code is missing."));
  auto visitor = co_await visitor_of(app, request);
  if (!visitor) co_return device_error(visitor.error());
  auto found = co_await app.device.describe(std::string(*user_code), std::move(*visitor));
  co_return found ? json_answer(request_json(*found, app.clock.now())) : device_error(found.error());
}

Task<http::Response> device_approve(App& app, http::Request request) {
  if (request.content_type() != kJson) co_return wrong_content_type(kJson);
  auto answer = co_await answer_of(app, request);
  if (!answer) co_return device_error(answer.error());
  oauth::AuditEvent event = audit_event(request, oauth::AuditType::device_approved, *answer->visitor.session);
  if (answer->bap_id) event.bap_id = answer->bap_id;
  answer->visitor.audit = &event;
  const auto approved =
      co_await app.device.approve(std::move(answer->user_code), std::move(answer->bap_id), std::move(answer->visitor));
  record(app.audit, std::move(event), approved);
  co_return answered(approved);
}

Task<http::Response> device_deny(App& app, http::Request request) {
  if (request.content_type() != kJson) co_return wrong_content_type(kJson);
  auto answer = co_await answer_of(app, request);
  if (!answer) co_return device_error(answer.error());
  oauth::AuditEvent event = audit_event(request, oauth::AuditType::device_denied, *answer->visitor.session);
  answer->visitor.audit = &event;
  const auto denied = co_await app.device.deny(std::move(answer->user_code), std::move(answer->visitor));
  record(app.audit, std::move(event), denied);
  co_return answered(denied);
}

constexpr const char* kSchemas = R"json({
  "DeviceRequest": {
    "type": "object", "required": ["client_id"],
    "properties": {"client_id": {"type": "string"}, "scope": {"type": "string"}, "client_secret": {"type": "string"}}
  },
  "DeviceCodes": {
    "type": "object",
    "required": ["device_code", "user_code", "verification_uri", "verification_uri_complete", "expires_in", "interval"],
    "additionalProperties": false,
    "properties": {
      "device_code": {"type": "string"}, "user_code": {"type": "string"}, "verification_uri": {"type": "string"},
      "verification_uri_complete": {"type": "string"}, "expires_in": {"type": "integer"},
      "interval": {"type": "integer"}
    }
  },
  "DeviceStatus": {
    "type": "object", "required": ["user_code", "status"],
    "properties": {
      "user_code": {"type": "string"}, "status": {"type": "string"}, "client_id": {"type": "string"},
      "client_name": {"type": "string"}, "client_uri": {"type": "string"}, "logo_uri": {"type": "string"},
      "scope": {"type": "string"}, "age": {"type": "integer"}, "expires_in": {"type": "integer"},
      "verified": {"type": "boolean"}
    }
  },
  "DeviceAnswer": {
    "type": "object", "required": ["userCode"],
    "properties": {"userCode": {"type": "string"}, "bapId": {"type": "string"}}
  }
})json";

}  // namespace

namespace endpoints {

extern constexpr Endpoint device_code{.handler = service::device_code, .schemas = kSchemas, .operation = R"json({
  "who": ["client", "x_auth_token", "public"], "either": "DeviceRequest", "ok": {"200": "DeviceCodes"}, "errors": "oauth"
})json"};
extern constexpr Endpoint device_token{.handler = service::device_token, .operation = R"json({
  "who": ["client", "x_auth_token", "public"], "either": "TokenRequest", "ok": {"200": "Tokens"}, "errors": "oauth"
})json"};
extern constexpr Endpoint device_status{.handler = service::device_status, .schemas = kSchemas, .operation = R"json({
  "who": ["session", "public"], "query": {"user_code!": null}, "ok": {"200": "DeviceStatus"}, "errors": "oauth"
})json"};
extern constexpr Endpoint device_approve{
    .handler = service::device_approve,
    .schemas = kSchemas,
    .operation =
        R"json({"who": ["session"], "json": "DeviceAnswer", "ok": {"200": "Success"}, "errors": "oauth"})json"};
extern constexpr Endpoint device_deny{
    .handler = service::device_deny,
    .schemas = kSchemas,
    .operation =
        R"json({"who": ["session"], "json": "DeviceAnswer", "ok": {"200": "Success"}, "errors": "oauth"})json"};

}  // namespace endpoints
}  // namespace sigma::service
