// What has happened at a person's account, out of the audit log: for them to recognise, or not.
#include <algorithm>

#include "audit_cursor.hpp"
#include "routes/body.hpp"
#include "routes/handler.hpp"
#include "routes/render.hpp"
#include "routes/session_cookie.hpp"
#include "sigma/oauth/audit/audit.hpp"
#include "sigma/oauth/audit/own_network.hpp"

namespace sigma::service {
namespace {

using core::Json;
using oauth::AuditType;

constexpr ListRules kActivity{.name = "activity"};

/// What people do themselves, or what is done to them; not what applications do with tokens.
constexpr AuditType kShown[] = {
    AuditType::sign_in,
    AuditType::sign_up,
    AuditType::sign_out,
    AuditType::session_revoked,
    AuditType::consent_given,
    AuditType::consent_narrowed,
    AuditType::consent_withdrawn,
    AuditType::device_approved,
    AuditType::device_denied,
    AuditType::identity_changed,
    AuditType::reuse_detected,
    AuditType::client_created,
    AuditType::client_changed,
    AuditType::client_deleted,
    AuditType::client_key_added,
    AuditType::client_key_removed,
    AuditType::client_secret_rotated,
    AuditType::user_disabled,
    AuditType::user_enabled,
};

bool is_shown(const store::AuditRow& row) {
  return std::ranges::any_of(kShown, [&](AuditType type) { return oauth::traits(type).name == row.type; });
}

template <class Id>
Json optional_id(const std::optional<Id>& id) {
  return id ? Json(id->str()) : Json(nullptr);
}

Json event_json(const store::AuditRow& row) {
  const auto network = oauth::network_of_own(row);
  return {{"at", to_iso8601(row.at)},
          {"type", row.type},
          {"outcome", row.outcome},
          {"clientId", optional_id(row.client_id)},
          {"bapId", optional_id(row.bap_id)},
          {"sessionId", optional_id(row.session_id)},
          {"network", network ? Json(*network) : Json(nullptr)}};
}

core::Task<http::Response> activity(App& app, http::Request request) {
  auto session = co_await require_session(app, request);
  if (!session) co_return session_error(session.error());
  const auto query = parse_list_query(request, kActivity);
  if (!query) co_return session_error(invalid(query.error().description()));
  const auto before = audit_position(*query);
  if (!before) co_return session_error(invalid(before.error().description()));
  store::AuditFilter filter;
  filter.user_id = session->user.id.str();
  const auto rows = co_await app.store.audit.list(std::move(filter), query->limit, *before);
  if (!rows) co_return session_error(rows.error());
  Json answer = {{"events", Json::array()}, {"next_cursor", nullptr}};
  for (const store::AuditRow& row : *rows) {
    if (is_shown(row)) answer["events"].push_back(event_json(row));
  }
  if (rows->size() == query->limit) answer["next_cursor"] = audit_cursor(kActivity, rows->back());
  co_return json_answer(answer);
}

constexpr const char* kSchemas = R"json({
  "Activity": {
    "type": "object", "required": ["events", "next_cursor"], "additionalProperties": false,
    "properties": {
      "events": {
        "type": "array",
        "items": {
          "type": "object", "required": ["at", "type", "outcome", "bapId", "clientId", "sessionId", "network"],
          "additionalProperties": false,
          "properties": {
            "at": {"$ref": "#/components/schemas/Time"}, "type": {"type": "string"},
            "outcome": {"enum": ["ok", "refused"]}, "bapId": {"type": ["string", "null"]},
            "clientId": {"type": ["string", "null"]}, "sessionId": {"type": ["string", "null"]},
            "network": {"type": ["string", "null"]}
          }
        }
      },
      "next_cursor": {"type": ["string", "null"]}
    }
  }
})json";

}  // namespace

namespace endpoints {

extern constexpr Endpoint activity{.handler = service::activity, .schemas = kSchemas, .operation = R"json({
  "who": ["session"],
  "query": {"limit": {"type": "integer", "minimum": 1, "maximum": 200, "default": 50}, "cursor": null},
  "ok": {"200": "Activity"}
})json"};

}  // namespace endpoints
}  // namespace sigma::service
