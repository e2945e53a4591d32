// Consents in the words of better-auth's oauth-provider: its errors here are OAuth's, its sessions' the session API's.
#include "routes/audit_event.hpp"
#include "routes/body.hpp"
#include "routes/handler.hpp"
#include "routes/render.hpp"
#include "routes/session_cookie.hpp"
#include "sigma/http/form.hpp"
#include "sigma/oauth/consents/consent_book.hpp"

namespace sigma::service {
namespace {

using core::Json;

Json consent_json(const store::Consent& consent) {
  return {{"id", oauth::consent_id(consent)},
          {"clientId", consent.client_id.str()},
          {"userId", consent.user_id.str()},
          {"referenceId", consent.bap_id ? Json(consent.bap_id->str()) : Json(nullptr)},
          {"scopes", consent.scopes},
          {"requestedUserInfoClaims", Json::array()},
          {"createdAt", to_iso8601(consent.created_at)},
          {"updatedAt", to_iso8601(consent.updated_at)}};
}

http::Response answer(const oauth::Result<store::Consent>& consent) {
  return consent ? json_answer(consent_json(*consent)) : oauth_error(consent.error());
}

struct ConsentCall {
  store::SessionWithUser session;
  std::string id;
  Json body;
};

// What the changing calls have in common: a session, and a JSON body that names a consent.
Task<oauth::Result<ConsentCall>> consent_call(App& app, const http::Request& request) {
  SIGMA_CO_TRY(auto session, co_await require_session(app, request));
  SIGMA_CO_TRY(auto body, json_object(request));
  SIGMA_CO_TRY(auto id, text_member(body, "id"));
  co_return ConsentCall{std::move(session), std::move(id), std::move(body)};
}

oauth::Result<oauth::Scopes> wanted_scopes(const Json& body) {
  oauth::Error wrong = invalid("[body.update.scopes] Invalid input: expected an array of strings");
  const auto update = body.find("update");
  if (update == body.end() || !update->is_object() || !update->contains("scopes")) return wrong;
  const Json& given = (*update)["scopes"];
  if (!given.is_array()) return wrong;
  oauth::Scopes scopes;
  for (const Json& scope : given) {
    if (!scope.is_string()) return wrong;
    scopes.push_back(scope.get<std::string>());
  }
  return scopes;
}

Task<http::Response> get_consents(App& app, http::Request request) {
  auto session = co_await require_session(app, request);
  if (!session) co_return session_error(session.error());
  auto consents = co_await app.consents.list(session->user.id);
  if (!consents) co_return oauth_error(consents.error());
  Json list = Json::array();
  for (const auto& consent : *consents) list.push_back(consent_json(consent));
  co_return json_answer(list);
}

Task<http::Response> get_consent(App& app, http::Request request) {
  auto session = co_await require_session(app, request);
  if (!session) co_return session_error(session.error());
  auto id = query_parameter(request, "id");
  if (!id) co_return session_error(invalid("[query.id] Invalid input: expected the id of a consent"));
  co_return answer(co_await app.consents.find(session->user.id, std::move(*id)));
}

Task<http::Response> update_consent(App& app, http::Request request) {
  if (!is_json(request)) co_return not_json(request);
  auto call = co_await consent_call(app, request);
  if (!call) co_return session_error(call.error());
  auto scopes = wanted_scopes(call->body);
  if (!scopes) co_return session_error(scopes.error());
  oauth::AuditEvent event = audit_event(request, oauth::AuditType::consent_narrowed, call->session);
  event.detail = {{"consent", call->id}, {"scopes", *scopes}};
  const auto narrowed = co_await app.consents.narrow(call->session.user.id, std::move(call->id), std::move(*scopes));
  if (narrowed) event.client_id = narrowed->client_id;
  record(app.audit, std::move(event), narrowed);
  co_return answer(narrowed);
}

Task<http::Response> delete_consent(App& app, http::Request request) {
  if (!is_json(request)) co_return not_json(request);
  auto call = co_await consent_call(app, request);
  if (!call) co_return session_error(call.error());
  oauth::AuditEvent event = audit_event(request, oauth::AuditType::consent_withdrawn, call->session);
  event.detail["consent"] = call->id;
  auto withdrawn = co_await app.consents.withdraw(call->session.user.id, std::move(call->id));
  record(app.audit, std::move(event), withdrawn);
  co_return withdrawn ? json_answer({{"success", true}}) : oauth_error(withdrawn.error());
}

// Clients of 2025 told the server on their consent page which identity the answer is for. That is the session's current
// identity here; the code of the consent they name does not exist any more.
Task<http::Response> store_consent_bap_id(App& app, http::Request request) {
  if (!is_json(request)) co_return not_json(request);
  auto session = co_await require_session(app, request);
  if (!session) co_return session_error(session.error());
  const auto body = json_object(request);
  if (!body) co_return session_error(body.error());
  const auto bap_id = core::json_string(*body, "bapId");
  if (!bap_id || !core::json_string(*body, "consentCode"))
    co_return session_error(invalid("[body] Invalid input: expected the strings consentCode and bapId"));
  auto profile = co_await app.sessions.set_active_identity(std::move(*session), store::BapId{*bap_id});
  if (!profile) co_return session_error(profile.error());
  http::Response response = json_answer({{"success", true}});
  if (const auto presented = presented_session(app, request)) set_session_cookie(app, response, presented->token);
  co_return response;
}

constexpr const char* kSchemas = R"json({
  "Consent": {
    "type": "object",
    "required": ["id", "clientId", "userId", "referenceId", "scopes", "requestedUserInfoClaims", "createdAt", "updatedAt"],
    "additionalProperties": false,
    "properties": {
      "id": {"type": "string"}, "clientId": {"type": "string"}, "userId": {"type": "string"},
      "referenceId": {"type": "string"}, "scopes": {"type": "array", "items": {"type": "string"}},
      "requestedUserInfoClaims": {"type": "array", "items": {"type": "string"}},
      "createdAt": {"$ref": "#/components/schemas/Time"}, "updatedAt": {"$ref": "#/components/schemas/Time"}
    }
  },
  "ConsentArray": {"type": "array", "items": {"$ref": "#/components/schemas/Consent"}},
  "ConsentId": {"type": "object", "required": ["id"], "properties": {"id": {"type": "string"}}},
  "ConsentUpdate": {
    "type": "object", "required": ["id", "update"],
    "properties": {
      "id": {"type": "string"},
      "update": {
        "type": "object", "required": ["scopes"],
        "properties": {"scopes": {"type": "array", "items": {"type": "string"}}}
      }
    }
  },
  "ConsentIdentity": {
    "type": "object", "required": ["consentCode", "bapId"],
    "properties": {"consentCode": {"type": "string"}, "bapId": {"type": "string"}}
  }
})json";

}  // namespace

namespace endpoints {

extern constexpr Endpoint get_consents{
    .handler = service::get_consents,
    .schemas = kSchemas,
    .operation = R"json({"who": ["session"], "ok": {"200": "ConsentArray"}, "errors": "oauth"})json"};
extern constexpr Endpoint get_consent{
    .handler = service::get_consent,
    .schemas = kSchemas,
    .operation =
        R"json({"who": ["session"], "query": {"id!": null}, "ok": {"200": "Consent"}, "errors": "oauth"})json"};
extern constexpr Endpoint update_consent{.handler = service::update_consent, .schemas = kSchemas, .operation = R"json({
  "who": ["session"], "json": "ConsentUpdate", "ok": {"200": "Consent"}, "errors": "oauth"
})json"};
extern constexpr Endpoint delete_consent{.handler = service::delete_consent, .schemas = kSchemas, .operation = R"json({
  "who": ["session"], "json": "ConsentId", "ok": {"200": "Success"}, "errors": "oauth"
})json"};
extern constexpr Endpoint store_consent_bap_id{
    .handler = service::store_consent_bap_id,
    .schemas = kSchemas,
    .operation = R"json({"who": ["session"], "json": "ConsentIdentity", "ok": {"200": "Success"}})json"};

}  // namespace endpoints
}  // namespace sigma::service
