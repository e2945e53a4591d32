#include "routes/audit_event.hpp"
#include "routes/body.hpp"
#include "routes/handler.hpp"
#include "routes/render.hpp"
#include "routes/session_access.hpp"
#include "sigma/core/encoding.hpp"
#include "sigma/core/log.hpp"
#include "sigma/http/form.hpp"

namespace sigma::service {
namespace {

using core::Json;

Json optional_text(const std::optional<std::string>& text) {
  return text ? Json(*text) : Json(nullptr);
}

Json user_json(const store::User& user) {
  Json json = {{"id", user.id.str()},
               {"name", user.name},
               {"email", optional_text(user.email)},
               {"emailVerified", user.email_verified},
               {"image", optional_text(user.image)},
               {"createdAt", to_iso8601(user.created_at)},
               {"updatedAt", to_iso8601(user.updated_at)},
               {"subscriptionTier", user.subscription_tier},
               {"roles", user.roles}};
  if (user.pubkey) json["pubkey"] = *user.pubkey;
  return json;
}

Json session_json(const store::Session& session, const std::string& token) {
  Json json = {{"id", session.id.str()},
               {"userId", session.user_id.str()},
               {"token", token},
               {"expiresAt", to_iso8601(session.expires_at)},
               {"createdAt", to_iso8601(session.created_at)},
               {"updatedAt", to_iso8601(session.updated_at)},
               {"ipAddress", session.ip_address},
               {"userAgent", session.user_agent}};
  if (session.active_bap_id) json["activeOrganizationId"] = session.active_bap_id->str();
  return json;
}

oauth::Error wrong_type(std::string_view got) {
  return invalid(fmt::format("[body.bapId] Invalid input: expected string, received {}", got));
}

// The body may be JSON, a form, or absent; only bapId is read.
oauth::Result<std::optional<std::string>> wanted_identity(const http::Request& request) {
  if (request.body.empty()) return std::optional<std::string>{};
  if (request.content_type() == "application/x-www-form-urlencoded") {
    const auto form = http::Form::parse(request.body);
    if (!form) return invalid(form.error().description());
    const auto value = form->find_nonempty("bapId");
    return value ? std::optional<std::string>(*value) : std::nullopt;
  }
  SIGMA_TRY(const Json body, json_object(request));
  const auto member = body.find("bapId");
  if (member == body.end()) return std::optional<std::string>{};
  if (!member->is_string()) return wrong_type(member->type_name());
  auto value = member->get<std::string>();
  return value.empty() ? std::nullopt : std::optional(std::move(value));
}

// better-auth's client posts {}; a body of another kind comes from somebody else's form.
std::optional<http::Response> refuse_body(const http::Request& request) {
  if (request.body.empty()) return std::nullopt;
  if (!is_json(request)) return not_json(request);
  if (const auto body = json_object(request); !body) return session_error(body.error());
  return std::nullopt;
}

void record_revocation(App& app, const http::Request& request, const store::SessionWithUser& session,
                       std::string_view which, const oauth::Result<void>& result) {
  oauth::AuditEvent event = audit_event(request, oauth::AuditType::session_revoked, session);
  event.detail["sessions"] = which;
  record(app.audit, std::move(event), result);
}

Task<http::Response> sign_in_sigma(App& app, http::Request request) {
  const std::string type = request.content_type();
  if (!type.empty() && type != "application/json" && type != "application/x-www-form-urlencoded") {
    co_return transport_error(request, 415,
                              "Content-Type must be application/json or application/x-www-form-urlencoded.");
  }
  if (auto allowed = check_origin(app, request); !allowed) co_return session_error(allowed.error());
  oauth::SignInRequest sign_in;
  sign_in.x_auth_tokens = values_of(request, "X-Auth-Token");
  sign_in.browser = browser_of(app, request);
  if (!sign_in.x_auth_tokens.empty()) {
    auto wanted = wanted_identity(request);
    if (!wanted) co_return session_error(wanted.error());
    sign_in.bap_id = std::move(*wanted);
  }
  sign_in.body = std::move(request.body);
  auto signed_in = co_await app.sessions.sign_in(std::move(sign_in));
  oauth::AuditEvent event = audit_event(request, oauth::AuditType::sign_in);
  if (signed_in) note_sign_in(event, *signed_in);
  record(app.audit, std::move(event), signed_in);
  if (!signed_in) co_return session_error(signed_in.error());

  const store::User& user = signed_in->user;
  if (app.entitlements) co_await app.entitlements->expect(user.id);
  core::log::info(
      "signed_in",
      {{"user", user.id.str()}, {"session", signed_in->session.id.str()}, {"request_id", request.request_id}});
  http::Response response =
      json_answer({{"token", signed_in->session_token},
                   {"user", {{"id", user.id.str()}, {"pubkey", user.pubkey.value_or("")}, {"name", user.name}}}});
  set_session_cookie(app, response, signed_in->session_token);
  co_return response;
}

Task<http::Response> get_session(App& app, http::Request request) {
  auto presented = presented_session(app, request);
  if (!presented) co_return json_answer(nullptr);
  auto session = co_await find_session_or_token(app, request);
  if (!session) co_return session_error(session.error());
  if (!*session) co_return json_answer(nullptr);
  const auto renewed = co_await renew_by_cookie(app, request, (*session)->session);
  if (!renewed) co_return session_error(renewed.error());
  if (app.entitlements) (*session)->user = co_await app.entitlements->entitled(std::move((*session)->user));
  const store::User& user = (*session)->user;
  Json described = session_json((*session)->session, presented->token);
  described["roles"] = user.roles;
  described["subscriptionTier"] = user.subscription_tier;
  http::Response response = json_answer({{"session", std::move(described)}, {"user", user_json(user)}});
  if (*renewed) set_session_cookie(app, response, presented->token);
  co_return response;
}

Task<http::Response> sign_out(App& app, http::Request request) {
  if (auto refused = refuse_body(request)) co_return std::move(*refused);
  if (auto allowed = check_origin(app, request); !allowed) co_return session_error(allowed.error());
  auto session = co_await find_session_or_token(app, request);
  if (!session) co_return session_error(session.error());
  if (*session) {
    const auto ended = co_await end_session_or_token(app, request, **session);
    if (!ended) co_return session_error(ended.error());
    app.audit.record(audit_event(request, oauth::AuditType::sign_out, **session));
    core::log::info("signed_out", {{"user", (*session)->user.id.str()}, {"session", (*session)->session.id.str()}});
  }
  http::Response response = json_answer({{"success", true}});
  clear_session_cookies(app, response);
  co_return response;
}

// The store knows only hashes of session tokens. What stands for the token of another session is its id, which
// revoke-session accepts as well; nobody can sign in with it.
Task<http::Response> list_sessions(App& app, http::Request request) {
  auto current = co_await require_session(app, request);
  if (!current) co_return session_error(current.error());
  auto sessions = co_await app.sessions.list(current->user.id);
  if (!sessions) co_return session_error(sessions.error());
  const auto presented = presented_session(app, request);
  Json list = Json::array();
  for (const store::Session& session : *sessions) {
    list.push_back(session_json(session, session.id == current->session.id ? presented->token : session.id.str()));
  }
  co_return json_answer(list);
}

Task<http::Response> revoke_session(App& app, http::Request request) {
  if (!is_json(request)) co_return not_json(request);
  auto current = co_await require_session(app, request);
  if (!current) co_return session_error(current.error());
  const auto body = json_object(request);
  if (!body) co_return session_error(body.error());
  auto token = text_member(*body, "token");
  if (!token) co_return session_error(token.error());
  auto revoked = co_await app.sessions.revoke(current->user.id, std::move(*token));
  record_revocation(app, request, *current, "one", revoked);
  co_return revoked ? json_answer({{"status", true}}) : session_error(revoked.error());
}

Task<http::Response> revoke_sessions(App& app, http::Request request) {
  if (auto refused = refuse_body(request)) co_return std::move(*refused);
  auto current = co_await require_session(app, request);
  if (!current) co_return session_error(current.error());
  auto revoked = co_await app.sessions.revoke_all(current->user.id, std::nullopt);
  record_revocation(app, request, *current, "all", revoked);
  co_return revoked ? json_answer({{"status", true}}) : session_error(revoked.error());
}

Task<http::Response> revoke_other_sessions(App& app, http::Request request) {
  if (auto refused = refuse_body(request)) co_return std::move(*refused);
  auto current = co_await require_session(app, request);
  if (!current) co_return session_error(current.error());
  auto revoked = co_await app.sessions.revoke_all(current->user.id, current->session.id);
  record_revocation(app, request, *current, "others", revoked);
  co_return revoked ? json_answer({{"status", true}}) : session_error(revoked.error());
}

Task<http::Response> ok(App&, http::Request) {
  co_return json_answer({{"ok", true}});
}

constexpr const char* kSchemas = R"json({
  "Ok": {"type": "object", "required": ["ok"], "additionalProperties": false, "properties": {"ok": {"const": true}}},
  "IdentityChoice": {
    "type": "object",
    "properties": {"bapId": {"type": "string", "description": "Which of the person's identities"}}
  },
  "SignedIn": {
    "type": "object", "required": ["token", "user"], "additionalProperties": false,
    "properties": {
      "token": {"type": "string"},
      "user": {
        "type": "object", "required": ["id", "name", "pubkey"], "additionalProperties": false,
        "properties": {
          "id": {"type": "string"}, "name": {"type": "string"},
          "pubkey": {"type": "string", "pattern": "^0[23][0-9a-f]{64}$"}
        }
      }
    }
  },
  "Session": {
    "type": "object",
    "required": ["id", "token", "userId", "createdAt", "updatedAt", "expiresAt", "ipAddress", "userAgent"],
    "additionalProperties": false,
    "properties": {
      "id": {"type": "string"}, "token": {"type": "string"}, "userId": {"type": "string"},
      "createdAt": {"$ref": "#/components/schemas/Time"}, "updatedAt": {"$ref": "#/components/schemas/Time"},
      "expiresAt": {"$ref": "#/components/schemas/Time"}, "ipAddress": {"type": "string"},
      "userAgent": {"type": "string"}, "activeOrganizationId": {"type": "string"}, "roles": {"type": "string"},
      "subscriptionTier": {"type": "string"}
    }
  },
  "SessionArray": {"type": "array", "items": {"$ref": "#/components/schemas/Session"}},
  "User": {
    "type": "object",
    "required": [
      "id", "name", "email", "emailVerified", "image", "pubkey", "roles", "subscriptionTier", "createdAt",
      "updatedAt"
    ],
    "additionalProperties": false,
    "properties": {
      "id": {"type": "string"}, "name": {"type": "string"}, "email": {"type": ["string", "null"]},
      "emailVerified": {"type": "boolean"}, "image": {"type": ["string", "null"]},
      "pubkey": {"type": ["string", "null"]}, "roles": {"type": "string"},
      "subscriptionTier": {"type": "string"}, "createdAt": {"$ref": "#/components/schemas/Time"},
      "updatedAt": {"$ref": "#/components/schemas/Time"}
    }
  },
  "SessionOrNull": {
    "anyOf": [
      {"type": "null"},
      {
        "type": "object", "required": ["session", "user"], "additionalProperties": false,
        "properties": {"session": {"$ref": "#/components/schemas/Session"}, "user": {"$ref": "#/components/schemas/User"}}
      }
    ]
  },
  "SessionToken": {
    "type": "object", "required": ["token"],
    "properties": {
      "token": {"type": "string", "description": "Of this session, or the id of another as list-sessions shows it"}
    }
  }
})json";

}  // namespace

namespace endpoints {

extern constexpr Endpoint sign_in_sigma{
    .handler = service::sign_in_sigma,
    .schemas = kSchemas,
    .operation = R"json({"who": ["x_auth_token"], "either": "IdentityChoice", "ok": {"200": "SignedIn"}})json"};
extern constexpr Endpoint get_session{
    .handler = service::get_session,
    .schemas = kSchemas,
    .operation = R"json({"who": ["session", "bearer"], "ok": {"200": "SessionOrNull"}})json"};
extern constexpr Endpoint sign_out{
    .handler = service::sign_out,
    .operation = R"json({"who": ["session", "bearer"], "json": "Empty", "ok": {"200": "Success"}})json"};
extern constexpr Endpoint list_sessions{.handler = service::list_sessions,
                                        .schemas = kSchemas,
                                        .operation = R"json({"who": ["session"], "ok": {"200": "SessionArray"}})json"};
extern constexpr Endpoint revoke_session{
    .handler = service::revoke_session,
    .schemas = kSchemas,
    .operation = R"json({"who": ["session"], "json": "SessionToken", "ok": {"200": "Status"}})json"};
extern constexpr Endpoint revoke_sessions{
    .handler = service::revoke_sessions,
    .operation = R"json({"who": ["session"], "json": "Empty", "ok": {"200": "Status"}})json"};
extern constexpr Endpoint revoke_other_sessions{.handler = service::revoke_other_sessions,
                                                .operation = revoke_sessions.operation};
extern constexpr Endpoint ok{
    .handler = service::ok, .schemas = kSchemas, .operation = R"json({"ok": {"200": "Ok"}})json"};

}  // namespace endpoints
}  // namespace sigma::service
