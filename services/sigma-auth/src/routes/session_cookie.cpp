#include "routes/session_cookie.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "sigma/core/encoding.hpp"
#include "sigma/http/authorization.hpp"
#include "sigma/oauth/sessions/session_renewal.hpp"
#include "sigma/oauth/tokens/secret.hpp"

namespace sigma::service {
namespace {

constexpr std::string_view kPurpose = "session-cookie";
constexpr std::size_t kTokenLength = 32;

std::string cookie_name(const App& app, std::string_view name) {
  return fmt::format("{}better-auth.{}", app.secure_cookies ? "__Secure-" : "", name);
}

std::string attributes(const App& app, std::int64_t max_age) {
  return fmt::format("; Max-Age={}; Path=/; HttpOnly; SameSite=Lax{}", max_age, app.secure_cookies ? "; Secure" : "");
}

std::optional<std::string> verified_token(const App& app, std::string_view cookie) {
  const auto value = core::percent_decode(cookie);
  if (!value || value->size() < kTokenLength + 1 || (*value)[kTokenLength] != '.') return std::nullopt;
  std::string token = value->substr(0, kTokenLength);
  const auto mac = core::base64_decode(std::string_view(*value).substr(kTokenLength + 1));
  if (!mac || !app.sealer.verify_mac(kPurpose, token, *mac)) return std::nullopt;
  return token;
}

}  // namespace

std::string session_cookie_value(const App& app, const std::string& session_token) {
  return session_token + '.' + core::base64_encode(app.sealer.mac(kPurpose, session_token));
}

void set_session_cookie(const App& app, http::Response& response, const std::string& session_token) {
  const std::string value = session_cookie_value(app, session_token);
  response.headers.add("Set-Cookie", cookie_name(app, "session_token") + '=' + core::percent_encode(value) +
                                         attributes(app, app.settings.session_lifetime.count()));
  response.headers.add("set-auth-token", value);  // better-auth's bearer plugin
}

void clear_session_cookies(const App& app, http::Response& response) {
  for (const std::string_view name : {"session_token", "session_data", "dont_remember"}) {
    response.headers.add("Set-Cookie", cookie_name(app, name) + '=' + attributes(app, 0));
  }
}

bool has_session_cookie(const App& app, const http::Request& request) {
  const auto cookies = request.headers.find("Cookie");
  return cookies && cookies->find(cookie_name(app, "session_token") + '=') != std::string_view::npos;
}

std::optional<PresentedSession> presented_session(const App& app, const http::Request& request) {
  if (const auto cookie = request.cookie(cookie_name(app, "session_token"))) {
    if (auto token = verified_token(app, *cookie)) return PresentedSession{std::move(*token), true};
  }
  const auto authorization = request.headers.find("Authorization");
  const auto credentials = authorization ? http::authorization_credentials(*authorization, "Bearer") : std::nullopt;
  if (!credentials) return std::nullopt;
  const std::string_view bearer = *credentials;
  // The bare token, or the signed form that set-auth-token carries; else an access token, opaque or a JWT.
  if (bearer.size() == kTokenLength) return PresentedSession{std::string(bearer), false};
  if (auto token = verified_token(app, bearer)) return PresentedSession{std::move(*token), false};
  return PresentedSession{std::string(bearer), false, true};
}

std::vector<std::string> values_of(const http::Request& request, std::string_view header) {
  const std::string wanted = core::to_lower_ascii(header);
  std::vector<std::string> values;
  for (const auto& [name, value] : request.headers.fields()) {
    if (core::to_lower_ascii(name) == wanted) values.push_back(value);
  }
  return values;
}

oauth::Browser browser_of(const App& app, const http::Request& request) {
  oauth::Browser browser;
  browser.ip_address = request.remote_address;
  browser.user_agent = request.headers.find("User-Agent").value_or("");
  if (auto presented = presented_session(app, request); presented && presented->from_cookie)
    browser.session_token = std::move(presented->token);
  return browser;
}

oauth::Result<void> check_origin(const App& app, const http::Request& request) {
  if (!has_session_cookie(app, request)) return {};
  const auto origin = request.headers.find("Origin");
  if (!origin || *origin == "null") {
    return oauth::Error{oauth::ErrorCode::missing_or_null_origin,
                        "A call with the session cookie must carry an Origin header."};
  }
  const auto& trusted = app.trusted_origins;
  if (std::find(trusted.begin(), trusted.end(), *origin) == trusted.end()) {
    return oauth::Error{
        oauth::ErrorCode::invalid_origin,
        "Invalid origin: this site may not use the session. The operator can add it to SIGMA_TRUSTED_ORIGINS."};
  }
  return {};
}

core::Task<oauth::Result<oauth::MaybeSession>> find_session(App& app, const http::Request& request) {
  auto presented = presented_session(app, request);
  if (!presented || presented->is_access_token) co_return oauth::MaybeSession{};
  SIGMA_CO_TRY(auto session, co_await app.sessions.find(std::move(presented->token)));
  if (session && !presented->from_cookie) {
    SIGMA_CO_CHECK(co_await oauth::renew_session(app.store.sessions, session->session, app.settings, app.clock.now()));
  }
  co_return std::move(session);
}

core::Task<oauth::Result<oauth::MaybeSession>> find_session_or_token(App& app, const http::Request& request) {
  auto presented = presented_session(app, request);
  if (!presented || !presented->is_access_token) co_return co_await find_session(app, request);
  co_return co_await app.token_sessions.find(std::move(presented->token));
}

namespace {

// No browser sends this: pages cannot leave Origin out of a POST, cannot post JSON to another site without its consent,
// and those that send no Origin at all (old ones, for forms) send no JSON.
bool is_command_line(const http::Request& request) {
  return !request.headers.contains("Origin") && !request.headers.contains("Sec-Fetch-Site") &&
         request.content_type() == "application/json";
}

}  // namespace

core::Task<oauth::Result<store::SessionWithUser>> require_session(App& app, const http::Request& request,
                                                                  Callers callers) {
  const bool excepted = callers == Callers::pages_and_cli && is_command_line(request);
  if (request.method != http::Method::get && !excepted) SIGMA_CO_CHECK(check_origin(app, request));
  SIGMA_CO_TRY(auto session, co_await find_session(app, request));
  if (!session) co_return oauth::Error{oauth::ErrorCode::unauthorized, "Unauthorized: sign in first."};
  co_return std::move(*session);
}

}  // namespace sigma::service
