#include "admin/administrator_routes.hpp"

#include "admin/answers.hpp"
#include "admin/audit_event.hpp"
#include "admin/routes.hpp"
#include "config_values.hpp"
#include "routes/administrators.hpp"
#include "routes/session_cookie.hpp"
#include "sigma/core/log.hpp"

namespace sigma::service {
namespace {

constexpr std::chrono::hours kFresh{24};

// Other trusted origins may use a person's session; to run the server they may not. Browsers send no Origin with a GET
// from our own pages, but say where it comes from (Fetch Metadata §2.4).
bool from_own_page(const App& app, const http::Request& request) {
  const auto site = request.headers.find("Sec-Fetch-Site");
  if (site && *site != "same-origin" && *site != "none") return false;
  const auto origin = request.headers.find("Origin");
  if (!origin) return request.method == http::Method::get;
  return is_own_origin(app.settings.base_url, *origin);
}

http::Response failed(const oauth::Error& error) {
  if (error.is_outage()) core::log::error("administrator_check_failed", error.cause());
  return problem(error.status(), error.description());
}

// Notes who asks, or answers who may not. A bearer token is refused even if it is a session's: it may be in an
// application's hands, the cookie is only in the person's browser.
core::Task<std::optional<http::Response>> refusal(App& app, http::Request& request) {
  const auto presented = presented_session(app, request);
  if (!presented || !presented->from_cookie) co_return problem(401, "Sign in first, in a browser.");
  const auto session = co_await app.sessions.find(presented->token);
  if (!session) co_return failed(session.error());
  if (!*session) co_return problem(401, "Sign in first, in a browser.");
  const auto administrator = co_await is_administrator(app, (*session)->user.id);
  if (!administrator) co_return failed(administrator.error());
  if (!*administrator) co_return problem(403, "None of your identities is an administrator's.");
  if (!from_own_page(app, request)) co_return problem(403, "Only this server's own pages may ask for this.");
  if ((*session)->session.auth_time + kFresh < app.clock.now())
    co_return problem(403, "You signed in more than a day ago. Sign out and in again to go on.", "sign_in_again");
  if (request.method != http::Method::get) {
    core::log::info("administrator_call", {{"user", (*session)->user.id.str()},
                                           {"method", http::to_string(request.method)},
                                           {"path", request.path},
                                           {"request_id", request.request_id}});
  }
  request.path_parameters[std::string(kAdministrator)] = (*session)->user.id.str();
  co_return std::nullopt;
}

struct Bound {
  App* app;
  AdminContext* admin;
  const AdminEntry* entry;
  core::Task<http::Response> operator()(http::Request request) const {
    return answer(*app, *admin, *entry, std::move(request));
  }
  static core::Task<http::Response> answer(App& app, AdminContext& admin, const AdminEntry& entry,
                                           http::Request request) {
    if (auto refused = co_await refusal(app, request)) co_return std::move(*refused);
    co_return co_await answer_admin(admin, entry, std::move(request));
  }
};

std::string public_path(std::string_view path) {
  constexpr std::string_view kAdmin = "/admin";
  return "/api/admin" + std::string(path.starts_with(kAdmin) ? path.substr(kAdmin.size()) : path);
}

}  // namespace

std::vector<http::Route> administrator_routes(App& app, AdminContext& admin, const RateLimits& rates,
                                              cache::RateLimiter& limiter) {
  std::vector<http::Route> routes;
  if (app.administrators.empty()) return routes;
  for (const AdminEntry& entry : admin_table()) {
    routes.push_back({entry.method,
                      public_path(entry.path),
                      limited(Bound{&app, &admin, &entry}, Limit::general, rates, limiter, app.audit),
                      {.body_limit = admin.config.body_limit, .spec = {}, .summary = entry.summary}});
  }
  return routes;
}

}  // namespace sigma::service
