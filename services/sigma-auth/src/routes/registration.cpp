// Dynamic client registration (RFC 7591) and its management (RFC 7592).
#include "routes/audit_event.hpp"
#include "routes/body.hpp"
#include "routes/client_json.hpp"
#include "routes/handler.hpp"
#include "routes/render.hpp"
#include "sigma/http/authorization.hpp"

namespace sigma::service {
namespace {

std::optional<std::string> bearer_of(const http::Request& request) {
  const auto header = request.headers.find("Authorization");
  if (!header || request.headers.count("Authorization") > 1) return std::nullopt;
  const auto bearer = http::authorization_credentials(*header, "Bearer");
  return bearer ? std::optional<std::string>(*bearer) : std::nullopt;
}

store::ClientId id_of(const http::Request& request) {
  return store::ClientId{request.path_parameters.at("client_id")};
}

oauth::Result<oauth::RegistrationRequest> registration_request(const http::Request& request) {
  oauth::RegistrationRequest registration;
  SIGMA_TRY(registration.metadata, json_object(request, oauth::ErrorCode::invalid_client_metadata));
  registration.bearer = bearer_of(request);
  registration.proofs = key_proofs(request);
  read_sigma_names(registration.metadata);
  registration.ip_address = request.remote_address;
  return registration;
}

http::Response refusal(const oauth::Error& error) {
  return error.code() == oauth::ErrorCode::invalid_token ? bearer_error(error) : oauth_error(error);
}

// Refusals are not recorded: anybody may ask here, about anything.
void record_change(App& app, const http::Request& request, oauth::AuditType type, const store::ClientId& id,
                   core::Json detail = core::Json::object()) {
  oauth::AuditEvent event = audit_event(request, type);
  event.detail = std::move(detail);
  event.by_client(id);
  app.audit.record(std::move(event));
}

Task<http::Response> register_client(App& app, http::Request request) {
  if (request.content_type() != "application/json") co_return not_json(request);
  auto registration = registration_request(request);
  if (!registration) co_return refusal(registration.error());
  const auto answer = co_await app.registration.create(std::move(*registration));
  if (answer) {
    record_change(app, request, oauth::AuditType::client_created,
                  store::ClientId{core::json_string(*answer, "client_id").value_or("")});
  }
  co_return answer ? json_answer(*answer, 201) : refusal(answer.error());
}

Task<http::Response> get_registration(App& app, http::Request request) {
  const auto answer = co_await app.registration.read(id_of(request), bearer_of(request).value_or(""));
  co_return answer ? json_answer(*answer) : refusal(answer.error());
}

Task<http::Response> put_registration(App& app, http::Request request) {
  if (request.content_type() != "application/json") co_return not_json(request);
  store::ClientId id = id_of(request);
  auto registration = registration_request(request);
  if (!registration) co_return refusal(registration.error());
  std::string token = registration->bearer.value_or("");
  core::Json change = core::Json::object();
  const auto answer =
      co_await app.registration.replace(std::move(id), std::move(token), std::move(*registration), &change);
  if (answer) record_change(app, request, oauth::AuditType::client_changed, id_of(request), std::move(change));
  co_return answer ? json_answer(*answer) : refusal(answer.error());
}

Task<http::Response> delete_registration(App& app, http::Request request) {
  const auto removed = co_await app.registration.remove(id_of(request), bearer_of(request).value_or(""));
  if (!removed) co_return refusal(removed.error());
  record_change(app, request, oauth::AuditType::client_deleted, id_of(request));
  http::Response response;
  response.status = 204;
  response.headers.add("Cache-Control", "no-store");
  co_return response;
}

constexpr const char* kSchemas = R"json({
  "Registration": {
    "type": "object", "allOf": [{"$ref": "#/components/schemas/ClientDescription"}],
    "required": [
      "client_id", "client_id_issued_at", "token_endpoint_auth_method", "redirect_uris", "grant_types",
      "response_types", "registration_access_token", "registration_client_uri"
    ],
    "properties": {
      "client_id": {"type": "string"}, "client_id_issued_at": {"type": "integer"},
      "client_secret": {"type": "string"}, "client_secret_expires_at": {"type": "integer"},
      "registration_access_token": {"type": "string"}, "registration_client_uri": {"type": "string"}
    }
  }
})json";

}  // namespace

namespace endpoints {

extern constexpr Endpoint register_client{
    .handler = service::register_client, .schemas = kSchemas, .operation = R"json({
  "who": ["registration_token", "public"], "json": "ClientDescription", "ok": {"201": "Registration"}, "errors": "oauth"
})json"};
extern constexpr Endpoint get_registration{
    .handler = service::get_registration, .schemas = kSchemas, .operation = R"json({
  "who": ["registration_token"], "ok": {"200": "Registration"}, "errors": "oauth"
})json"};
extern constexpr Endpoint put_registration{
    .handler = service::put_registration, .schemas = kSchemas, .operation = R"json({
  "who": ["registration_token"], "json": "ClientDescription", "ok": {"200": "Registration"}, "errors": "oauth"
})json"};
extern constexpr Endpoint delete_registration{
    .handler = service::delete_registration,
    .operation = R"json({"who": ["registration_token"], "ok": {"204": ""}, "errors": "oauth"})json"};

}  // namespace endpoints
}  // namespace sigma::service
