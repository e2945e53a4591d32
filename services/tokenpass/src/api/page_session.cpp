#include "api/page_session.hpp"

namespace sigma::tokenpass {

core::Json start_page_session(App& app, const Caller& caller) {
  core::Json body = {{"success", true}};
  if (caller.kind == CallerKind::own_page) {
    body["session"] = app.page_sessions.start();
    body["browser"] = app.wallet.remember_browser(caller.browser);
  }
  return body;
}

Outcome<void> require_page_session(const App& app, const Call& call) {
  const auto session = call.request.headers.find(kPageSessionHeader);
  if (call.caller.kind == CallerKind::own_page && session && app.page_sessions.knows(*session)) return {};
  return Problem(401, "Please enter the password first.");
}

}  // namespace sigma::tokenpass
