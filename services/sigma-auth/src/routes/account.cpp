// A person's own account, with better-auth's calls where it has them (update-user, delete-user).
#include "routes/account.hpp"

#include "routes/render.hpp"
#include "routes/session_cookie.hpp"
#include "sigma/core/log.hpp"
#include "sigma/oauth/accounts/own_account.hpp"

namespace sigma::service {
namespace {

using core::Json;

/// Holds references only: made for each request.
oauth::OwnAccount own_account(App& app) {
  return {app.store, app.x_auth_token, app.clock};
}

oauth::Error invalid(std::string description) {
  return {oauth::ErrorCode::validation_error, std::move(description)};
}

oauth::Result<oauth::SelfDescription> description_of(const std::string& text) {
  const auto body = core::parse_json(text);
  if (!body) return invalid(body.error().description());
  if (!body->is_object()) return invalid("Body must be an object");
  oauth::SelfDescription change;
  for (const auto& [name, value] : body->items()) {
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

}  // namespace

core::Task<http::Response> update_user(App& app, http::Request request) {
  if (request.content_type() != "application/json")
    co_return transport_error(request, 415, "Content-Type must be application/json.");
  auto session = co_await require_session(app, request);
  if (!session) co_return session_error(session.error());
  auto change = description_of(request.body);
  if (!change) co_return session_error(change.error());
  auto changed = co_await own_account(app).describe(std::move(*session), std::move(*change));
  co_return changed ? json_answer({{"status", true}}) : session_error(changed.error());
}

core::Task<http::Response> delete_user(App& app, http::Request request) {
  if (!request.body.empty() && request.content_type() != "application/json")
    co_return transport_error(request, 415, "Content-Type must be application/json.");
  auto session = co_await require_session(app, request);
  if (!session) co_return session_error(session.error());
  const std::string user = session->user.id.str();
  auto removed = co_await own_account(app).remove(
      {std::move(*session), values_of(request, "X-Auth-Token"), std::move(request.body)});
  if (!removed) co_return session_error(removed.error());
  if (!*removed) {
    co_return message_error(400,
                            "Session expired. Sign in again, or sign this request with a key of the account "
                            "(X-Auth-Token), to perform this action.",
                            "SESSION_EXPIRED");
  }
  core::log::info("account_deleted", {{"user", user}, {"request_id", request.request_id}});
  http::Response response = json_answer({{"success", true}, {"message", "User deleted"}});
  clear_session_cookies(app, response);
  co_return response;
}

core::Task<http::Response> export_user(App& app, http::Request request) {
  auto session = co_await require_session(app, request);
  if (!session) co_return session_error(session.error());
  auto all = co_await own_account(app).export_all(std::move(session->user));
  if (!all) co_return session_error(all.error());
  http::Response response = json_answer(*all);
  response.headers.set("Content-Disposition", "attachment; filename=\"sigma-auth-export.json\"");
  co_return response;
}

}  // namespace sigma::service
