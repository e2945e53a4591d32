// A person's own account, with better-auth's calls where it has them (update-user, delete-user).
#include "routes/handler.hpp"

#include "routes/audit_event.hpp"
#include "routes/body.hpp"
#include "routes/render.hpp"
#include "routes/session_cookie.hpp"
#include "sigma/oauth/accounts/account_proof.hpp"
#include "sigma/oauth/accounts/exported_backups.hpp"
#include "wallets.hpp"

namespace sigma::service {
namespace {

using core::Json;

oauth::Result<oauth::SelfDescription> description_of(const http::Request& request) {
  SIGMA_TRY(const Json body, json_object(request));
  oauth::SelfDescription change;
  for (const auto& [name, value] : body.items()) {
    if (name == "name" && value.is_string()) {
      change.name = value.get<std::string>();
    } else if (name == "image" && (value.is_string() || value.is_null())) {
      change.image = value.is_null() ? std::optional<std::string>{} : value.get<std::string>();
    } else {
      return invalid(fmt::format("[body.{}] Only name (string) and image (string or null) can be changed here.", name));
    }
  }
  return change;
}

Json wallet_json(const store::Wallet& wallet) {
  return {{"address", wallet.address},
          {"pubkey", wallet.pubkey},
          {"bap_id", wallet.bap_id.str()},
          {"provider", wallet.provider},
          {"connection_method", wallet.connection_method},
          {"is_primary", wallet.is_primary},
          {"connected_at", to_iso8601(wallet.connected_at)},
          {"last_verified", to_iso8601(wallet.last_verified)}};
}

// Encrypted backups go to who has just signed in with the browser or signs the request; a session's token alone, which
// any program may hold, gets none.
core::Task<oauth::Result<bool>> may_take_backups(App& app, const http::Request& request,
                                                 const store::SessionWithUser& session) {
  SIGMA_CO_TRY(const bool is_signed,
               co_await oauth::is_signed_by(app.store.users, app.x_auth_token, session.user.id,
                                            values_of(request, "X-Auth-Token"), oauth::kExportPath, request.body));
  const auto presented = presented_session(app, request);
  co_return is_signed || (presented && presented->from_cookie && oauth::is_fresh(session.session, app.clock.now()));
}

core::Task<http::Response> update_user(App& app, http::Request request) {
  if (!is_json(request)) co_return not_json(request);
  auto session = co_await require_session(app, request);
  if (!session) co_return session_error(session.error());
  auto change = description_of(request);
  if (!change) co_return session_error(change.error());
  oauth::AuditEvent event = audit_event(request, oauth::AuditType::identity_changed, *session);
  event.detail["what"] = "account";
  auto changed = co_await app.own_account.describe(std::move(*session), std::move(*change));
  record(app.audit, std::move(event), changed);
  co_return changed ? json_answer({{"status", true}}) : session_error(changed.error());
}

core::Task<http::Response> delete_user(App& app, http::Request request) {
  if (!request.body.empty() && !is_json(request)) co_return not_json(request);
  auto session = co_await require_session(app, request);
  if (!session) co_return session_error(session.error());
  oauth::AuditEvent event = audit_event(request, oauth::AuditType::user_deleted, *session);
  auto removed = co_await app.own_account.remove(
      {std::move(*session), values_of(request, "X-Auth-Token"), std::move(request.body)});
  if (removed && !*removed) event.refuse("SESSION_EXPIRED");
  record(app.audit, std::move(event), removed);
  if (!removed) co_return session_error(removed.error());
  if (!*removed) {
    co_return message_error(400,
                            "Session expired. Sign in again, or sign this request with a key of the account "
                            "(X-Auth-Token), to perform this action.",
                            "SESSION_EXPIRED");
  }
  http::Response response = json_answer({{"success", true}, {"message", "User deleted"}});
  clear_session_cookies(app, response);
  co_return response;
}

core::Task<http::Response> export_user(App& app, http::Request request) {
  auto session = co_await require_session(app, request);
  if (!session) co_return session_error(session.error());
  const auto wallets = co_await app.wallets.book.list(session->user.id, std::nullopt);
  if (!wallets) co_return session_error(wallets.error());
  const auto with_backups = co_await may_take_backups(app, request, *session);
  if (!with_backups) co_return session_error(with_backups.error());
  auto all = co_await app.own_account.export_all(std::move(session->user));
  if (!all) co_return session_error(all.error());
  if (*with_backups) {
    const auto added = co_await oauth::add_newest_backups(app.store.backups, *all);
    if (!added) co_return session_error(added.error());
  } else {
    oauth::withhold_newest_backups(*all);
  }
  Json& connected = (*all)["wallets"] = Json::array();
  for (const store::Wallet& wallet : *wallets) connected.push_back(wallet_json(wallet));
  http::Response response = json_answer(*all);
  response.headers.set("Content-Disposition", "attachment; filename=\"sigma-auth-export.json\"");
  co_return response;
}

constexpr const char* kSchemas = R"json({
  "Deleted": {
    "type": "object", "required": ["success", "message"], "additionalProperties": false,
    "properties": {"success": {"const": true}, "message": {"type": "string"}}
  },
  "UserUpdate": {
    "type": "object", "additionalProperties": false,
    "properties": {"name": {"type": "string", "minLength": 1, "maxLength": 100}, "image": {"type": ["string", "null"]}}
  },
  "Export": {
    "type": "object", "description": "Everything that is kept about the person",
    "required": ["exported_at", "account", "identities", "sessions", "consents", "applications", "wallets", "activity"],
    "additionalProperties": false,
    "properties": {
      "exported_at": {"$ref": "#/components/schemas/Time"}, "account": {"type": "object"},
      "identities": {"type": "array", "items": {"type": "object"}},
      "sessions": {"type": "array", "items": {"type": "object"}},
      "consents": {"type": "array", "items": {"type": "object"}},
      "applications": {"type": "array", "items": {"type": "object"}},
      "wallets": {"type": "array", "items": {"type": "object"}},
      "activity": {"type": "array", "items": {"type": "object"}}
    }
  }
})json";

}  // namespace

namespace endpoints {

extern constexpr Endpoint update_user{
    .handler = service::update_user,
    .schemas = kSchemas,
    .operation = R"json({"who": ["session"], "json": "UserUpdate", "ok": {"200": "Status"}})json"};
extern constexpr Endpoint delete_user{
    .handler = service::delete_user,
    .schemas = kSchemas,
    .operation = R"json({"who": ["session"], "json": "Empty", "ok": {"200": "Deleted"}})json"};
extern constexpr Endpoint export_user{.handler = service::export_user,
                                      .schemas = kSchemas,
                                      .operation = R"json({"who": ["session"], "ok": {"200": "Export"}})json"};

}  // namespace endpoints
}  // namespace sigma::service
