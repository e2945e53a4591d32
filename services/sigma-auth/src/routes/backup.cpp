// Encrypted backups of identities: signed with their member key (contract §8), or by their owner's session (§8b).

#include "routes/body.hpp"
#include "routes/handler.hpp"
#include "routes/render.hpp"
#include "routes/session_cookie.hpp"
#include "sigma/core/log.hpp"
#include "sigma/core/number.hpp"
#include "sigma/http/authorization.hpp"
#include "sigma/http/form.hpp"

namespace sigma::service {
namespace {

using core::Json;

// X-Auth-Token, or the same behind `Authorization: Bitcoin-Auth`.
std::vector<std::string> tokens_of(const http::Request& request) {
  std::vector<std::string> tokens = values_of(request, "X-Auth-Token");
  for (const std::string& value : values_of(request, "Authorization")) {
    if (const auto token = http::authorization_credentials(value, "Bitcoin-Auth")) tokens.emplace_back(*token);
  }
  return tokens;
}

oauth::Result<std::optional<std::int64_t>> wanted_version(const http::Form& query) {
  const auto text = query.find_nonempty("version");
  if (!text) return std::optional<std::int64_t>{};
  const auto version = core::parse_number<std::int64_t>(*text);
  if (!version || *version < 1) return invalid("[query.version] Invalid input: expected a number from 1 on");
  return version;
}

// Sync clients look for these words, in `message` first (contract §13.24).
http::Response no_backup() {
  return json_answer({{"error", "not_found"}, {"message", "not_found: no backup for this identity"}}, 404);
}

Task<http::Response> push_backup(App& app, http::Request request) {
  if (!is_json(request)) co_return not_json(request);
  const auto body = json_object(request);
  if (!body) co_return session_error(body.error());
  auto bap_id = text_member(*body, "bapId");
  if (!bap_id) co_return session_error(bap_id.error());
  auto encrypted = text_member(*body, "encryptedBackup");
  if (!encrypted) co_return session_error(encrypted.error());
  oauth::BackupRequest signed_request{tokens_of(request), std::move(request.body), *bap_id};
  auto version = co_await app.backups.push(std::move(signed_request), std::move(*encrypted));
  if (!version) co_return session_error(version.error());
  core::log::info("backup_kept", {{"bap_id", *bap_id}, {"version", *version}, {"request_id", request.request_id}});
  co_return json_answer({{"success", true}, {"version", *version}});
}

Task<http::Response> pull_backup(App& app, http::Request request) {
  const auto query = http::Form::parse(request.query);
  if (!query) co_return session_error(invalid(query.error().description()));
  const auto bap_id = query->find_nonempty("bapId");
  if (!bap_id) co_return session_error(invalid("[query.bapId] Invalid input: expected the id of an identity"));
  const auto version = wanted_version(*query);
  if (!version) co_return session_error(version.error());
  auto kept = co_await app.backups.pull({tokens_of(request), {}, std::string(*bap_id)}, *version);
  if (!kept) co_return session_error(kept.error());
  if (!*kept) co_return no_backup();
  Json versions = Json::array();
  for (const store::BackupVersion& each : (*kept)->versions)
    versions.push_back({{"version", each.version}, {"lastUpdated", to_iso8601(each.created_at)}});
  const store::Backup& backup = (*kept)->backup;
  co_return json_answer({{"encryptedBackup", backup.content},
                         {"lastUpdated", to_iso8601(backup.created_at)},
                         {"version", backup.version},
                         {"versions", std::move(versions)}});
}

// For the identity that the session has chosen, else the primary one.
Task<http::Response> keep_backup(App& app, http::Request request) {
  if (!is_json(request)) co_return not_json(request);
  auto session = co_await require_session(app, request, Callers::pages_and_cli);
  if (!session) co_return session_error(session.error());
  const auto body = json_object(request);
  if (!body) co_return session_error(body.error());
  auto encrypted = text_member(*body, "encryptedBackup");
  if (!encrypted) co_return session_error(encrypted.error());
  auto bap_id = session->session.active_bap_id;
  if (!bap_id) {
    const auto identities = co_await app.identities.of_user(session->user.id);
    if (!identities) co_return session_error(identities.error());
    if (identities->empty())
      co_return session_error({oauth::ErrorCode::organization_not_found,
                               "You have no identity that could be kept; make or bring one first."});
    bap_id = identities->front().bap_id;
  }
  auto version = co_await app.backups.keep(*bap_id, std::move(*encrypted));
  if (!version) co_return session_error(version.error());
  core::log::info("backup_kept",
                  {{"bap_id", bap_id->str()}, {"version", *version}, {"request_id", request.request_id}});
  co_return json_answer({{"bapId", bap_id->str()}, {"message", fmt::format("Backup {} is kept.", *version)}});
}

constexpr const char* kSchemas = R"json({
  "BackupPush": {
    "type": "object", "required": ["bapId", "encryptedBackup"],
    "properties": {"bapId": {"type": "string"}, "encryptedBackup": {"type": "string"}}
  },
  "BackupKept": {
    "type": "object", "required": ["success", "version"], "additionalProperties": false,
    "properties": {"success": {"const": true}, "version": {"type": "integer"}}
  },
  "Backup": {
    "type": "object", "required": ["encryptedBackup", "lastUpdated", "version", "versions"],
    "additionalProperties": false,
    "properties": {
      "encryptedBackup": {"type": "string"}, "lastUpdated": {"$ref": "#/components/schemas/Time"},
      "version": {"type": "integer"},
      "versions": {
        "type": "array",
        "items": {
          "type": "object", "required": ["version", "lastUpdated"], "additionalProperties": false,
          "properties": {"version": {"type": "integer"}, "lastUpdated": {"$ref": "#/components/schemas/Time"}}
        }
      }
    }
  },
  "BackupOfCurrent": {"type": "object", "required": ["encryptedBackup"], "properties": {"encryptedBackup": {"type": "string"}}},
  "BackupOfCurrentKept": {
    "type": "object", "required": ["bapId", "message"], "additionalProperties": false,
    "properties": {"bapId": {"type": "string"}, "message": {"type": "string"}}
  }
})json";

}  // namespace

namespace endpoints {

extern constexpr Endpoint push_backup{
    .handler = service::push_backup,
    .schemas = kSchemas,
    .operation = R"json({"who": ["x_auth_token"], "json": "BackupPush", "ok": {"200": "BackupKept"}})json"};
extern constexpr Endpoint pull_backup{.handler = service::pull_backup, .schemas = kSchemas, .operation = R"json({
  "who": ["x_auth_token"], "query": {"bapId!": null, "version": {"type": "integer", "minimum": 1}},
  "ok": {"200": "Backup"}, "errors": "not_found"
})json"};
extern constexpr Endpoint keep_backup{
    .handler = service::keep_backup,
    .schemas = kSchemas,
    .operation = R"json({"who": ["session"], "json": "BackupOfCurrent", "ok": {"200": "BackupOfCurrentKept"}})json"};

}  // namespace endpoints
}  // namespace sigma::service
