#pragma once
#include <optional>
#include <string>

#include "app.hpp"
#include "sigma/http/message.hpp"

namespace sigma::service {

/// better-auth's session cookie (contract §6): percent-encoded "<token>.<base64 HMAC-SHA256>", HttpOnly, SameSite=Lax,
/// Secure and "__Secure-" on https.
std::string session_cookie_value(const App& app, const std::string& session_token);
void set_session_cookie(const App& app, http::Response& response, const std::string& session_token);
void clear_session_cookies(const App& app, http::Response& response);

struct PresentedSession {
  std::string token;
  bool from_cookie = false;
  bool is_access_token = false;  ///< by its form: stands for a session where session_access.hpp says so
};
/// The session or access token of a request: from the cookie, if its signature holds, else from `Authorization:
/// Bearer`.
std::optional<PresentedSession> presented_session(const App& app, const http::Request& request);
/// Who signs in, with the session that their cookie holds.
oauth::Browser browser_of(const App& app, const http::Request& request);
/// Every value of a header, in order.
std::vector<std::string> values_of(const http::Request& request, std::string_view header);
/// True when the request brings a session cookie, valid or not.
bool has_session_cookie(const App& app, const http::Request& request);

/// Case 40 and contract §6: a state-changing call that carries the cookie must come from a trusted origin.
oauth::Result<void> check_origin(const App& app, const http::Request& request);

/// The live session of a request, or nothing. Access tokens are none here. That of a bare token is renewed.
core::Task<oauth::Result<oauth::MaybeSession>> find_session(App& app, const http::Request& request);
/// Where contract §5 wants it: the session, or what the access token of a device flow stands for.
core::Task<oauth::Result<oauth::MaybeSession>> find_session_or_token(App& app, const http::Request& request);
/// Whose calls with a cookie are believed.
enum class Callers {
  pages,          ///< trusted origins only
  pages_and_cli,  ///< also the command line client, which sends the cookie without Origin (contract §6, §8b)
};
/// A session for calls that need one (unauthorized) and may change something (origin check).
core::Task<oauth::Result<store::SessionWithUser>> require_session(App& app, const http::Request& request,
                                                                  Callers callers = Callers::pages);

}  // namespace sigma::service
