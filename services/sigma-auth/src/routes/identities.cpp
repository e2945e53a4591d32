// A person's identities, as the command line client and the web console read and change them (contract §8b).
#include "routes/audit_event.hpp"
#include "routes/body.hpp"
#include "routes/handler.hpp"
#include "routes/render.hpp"
#include "routes/session_cookie.hpp"
#include "sigma/http/form.hpp"

namespace sigma::service {
namespace {

using core::Json;

// The id of an identity, under each name that clients read it by.
Json identity_json(const store::Profile& profile) {
  const std::string& id = profile.bap_id.str();
  return {{"id", id},
          {"identity_key", id},
          {"bapId", id},
          {"name", oauth::display_name({{}, profile})},
          {"is_primary", profile.is_primary}};
}

oauth::Result<oauth::IdentityChange> identity_change(const http::Request& request) {
  SIGMA_TRY(const Json body, json_object(request));
  oauth::IdentityChange change;
  SIGMA_TRY(change.bap_id, text_member(body, "bapId"));
  SIGMA_TRY(change.name, text_member(body, "name"));
  SIGMA_TRY(change.member_pubkey, text_member(body, "accountPubkey"));
  if (const auto primary = body.find("isPrimary"); primary != body.end() && !primary->is_null()) {
    if (!primary->is_boolean()) return invalid("[body.isPrimary] Invalid input: expected boolean");
    change.primary = primary->get<bool>();
  }
  if (const auto counter = body.find("counter"); counter != body.end() && !counter->is_null()) {
    if (!counter->is_number_unsigned() || counter->get<std::uint64_t>() > UINT32_MAX)
      return invalid("[body.counter] Invalid input: expected a whole number from 0 on");
    change.counter = counter->get<std::int64_t>();
  }
  return change;
}

// Without a session: what anybody may know who knows the key, which is the identity that derives from it.
Task<http::Response> list_identities(App& app, http::Request request) {
  std::vector<store::Profile> profiles;
  if (auto pubkey = query_parameter(request, "pubkey")) {
    auto profile = co_await app.identities.of_key(std::move(*pubkey));
    if (!profile) co_return session_error(profile.error());
    if (*profile) profiles.push_back(std::move(**profile));
  } else {
    auto session = co_await require_session(app, request);
    if (!session) co_return session_error(session.error());
    auto own = co_await app.identities.of_user(session->user.id);
    if (!own) co_return session_error(own.error());
    profiles = std::move(*own);
  }
  Json list = Json::array();
  for (const store::Profile& profile : profiles) list.push_back(identity_json(profile));
  co_return json_answer({{"bapIds", std::move(list)}});
}

Task<http::Response> save_identity(App& app, http::Request request) {
  if (!is_json(request)) co_return not_json(request);
  auto session = co_await require_session(app, request, Callers::pages_and_cli);
  if (!session) co_return session_error(session.error());
  auto change = identity_change(request);
  if (!change) co_return session_error(change.error());
  change->x_auth_tokens = values_of(request, "X-Auth-Token");
  change->body = std::move(request.body);
  oauth::AuditEvent event = audit_event(request, oauth::AuditType::identity_changed, *session);
  auto profile = co_await app.identities.save(std::move(session->user), std::move(*change));
  if (profile) event.bap_id = profile->bap_id;
  record(app.audit, std::move(event), profile);
  if (!profile) co_return session_error(profile.error());
  co_return json_answer({{"success", true},
                         {"bapId",
                          {{"bap_id", profile->bap_id.str()},
                           {"user_id", profile->user_id.str()},
                           {"account_pubkey", profile->member_pubkey},
                           {"counter", profile->counter}}}});
}

Task<http::Response> bap_profile(App& app, http::Request request) {
  auto bap_id = query_parameter(request, "bapId");
  if (!bap_id) co_return session_error(invalid("[query.bapId] Invalid input: expected the id of an identity"));
  auto profile = co_await app.identities.find(store::BapId{std::move(*bap_id)});
  if (!profile) co_return session_error(profile.error());
  if (!*profile) co_return json_answer({{"error", "not_found: this identity is not known here"}}, 404);
  co_return json_answer({{"status", "OK"}, {"result", oauth::public_profile(**profile)}});
}

Task<http::Response> last_oauth_identity(App& app, http::Request request) {
  auto session = co_await require_session(app, request);
  if (!session) co_return session_error(session.error());
  auto client_id = query_parameter(request, "clientId");
  if (!client_id) co_return session_error(invalid("[query.clientId] Invalid input: expected string"));
  auto last = co_await app.identities.last_used(std::move(session->user), store::ClientId{std::move(*client_id)},
                                                query_parameter(request, "pubkey"));
  if (!last) co_return session_error(last.error());
  co_return json_answer({{"lastSelectedBapId", *last ? Json((*last)->str()) : Json(nullptr)}});
}

Task<http::Response> token_for_endpoint(App&, http::Request) {
  co_return session_error(
      {oauth::ErrorCode::not_implemented,
       "This call was documented once and is not known to be used. Sign X-Auth-Tokens where the key "
       "is, or tell the operator of this server what needs it."});
}

constexpr const char* kSchemas = R"json({
  "IdentityList": {
    "type": "object", "required": ["bapIds"], "additionalProperties": false,
    "properties": {
      "bapIds": {
        "type": "array",
        "items": {
          "type": "object", "required": ["id", "bapId", "identity_key", "name", "is_primary"],
          "additionalProperties": false,
          "properties": {
            "id": {"type": "string"}, "bapId": {"type": "string"}, "identity_key": {"type": "string"},
            "name": {"type": "string"}, "is_primary": {"type": "boolean"}, "image": {"type": ["string", "null"]}
          }
        }
      }
    }
  },
  "IdentityChange": {
    "type": "object", "required": ["bapId"],
    "properties": {
      "bapId": {"type": "string"}, "name": {"type": ["string", "null"]}, "image": {"type": ["string", "null"]},
      "isPrimary": {"type": ["boolean", "null"]}, "accountPubkey": {"type": ["string", "null"]},
      "counter": {"type": ["integer", "null"]}
    }
  },
  "IdentityChanged": {
    "type": "object", "required": ["success", "bapId"], "additionalProperties": false,
    "properties": {
      "success": {"const": true},
      "bapId": {
        "type": "object", "required": ["bap_id", "user_id", "account_pubkey", "counter"],
        "additionalProperties": false,
        "properties": {
          "bap_id": {"type": "string"}, "user_id": {"type": "string"},
          "account_pubkey": {"type": ["string", "null"]}, "counter": {"type": "integer"}
        }
      }
    }
  },
  "PublicProfile": {
    "type": "object", "required": ["status", "result"], "additionalProperties": false,
    "properties": {
      "status": {"const": "OK"},
      "result": {"type": "object", "required": ["idKey", "rootAddress", "currentAddress", "identity"]}
    }
  },
  "LastIdentity": {
    "type": "object", "required": ["lastSelectedBapId"], "additionalProperties": false,
    "properties": {"lastSelectedBapId": {"type": ["string", "null"]}}
  }
})json";

}  // namespace

namespace endpoints {

extern constexpr Endpoint list_identities{
    .handler = service::list_identities, .schemas = kSchemas, .operation = R"json({
  "who": ["session", "x_auth_token"], "query": {"pubkey": null}, "ok": {"200": "IdentityList"}
})json"};
extern constexpr Endpoint save_identity{
    .handler = service::save_identity,
    .schemas = kSchemas,
    .operation = R"json({"who": ["session"], "json": "IdentityChange", "ok": {"200": "IdentityChanged"}})json"};
extern constexpr Endpoint bap_profile{
    .handler = service::bap_profile,
    .schemas = kSchemas,
    .operation = R"json({"query": {"bapId!": null}, "ok": {"200": "PublicProfile"}, "errors": "not_found"})json"};
extern constexpr Endpoint last_oauth_identity{
    .handler = service::last_oauth_identity, .schemas = kSchemas, .operation = R"json({
  "who": ["session"], "query": {"clientId!": null, "pubkey": null}, "ok": {"200": "LastIdentity"}
})json"};
extern constexpr Endpoint token_for_endpoint{.handler = service::token_for_endpoint,
                                             .operation = R"json({"json": "Empty", "ok": {}})json"};

}  // namespace endpoints
}  // namespace sigma::service
