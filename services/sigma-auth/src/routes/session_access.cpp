#include "routes/session_access.hpp"

#include "sigma/oauth/sessions/session_renewal.hpp"

namespace sigma::service {

core::Task<oauth::Result<bool>> renew_by_cookie(App& app, const http::Request& request, store::Session& session) {
  const auto presented = presented_session(app, request);
  if (!presented || !presented->from_cookie) co_return false;
  co_return co_await oauth::renew_session(app.store.sessions, session, app.settings, app.clock.now());
}

core::Task<oauth::Result<store::SessionWithUser>> require_session_or_token(App& app, const http::Request& request) {
  const auto presented = presented_session(app, request);
  if (!presented || !presented->is_access_token) co_return co_await require_session(app, request);
  if (request.method != http::Method::get) SIGMA_CO_CHECK(check_origin(app, request));
  SIGMA_CO_TRY(auto found, co_await app.token_sessions.find(presented->token));
  if (!found) co_return oauth::Error{oauth::ErrorCode::unauthorized, "Unauthorized: sign in first."};
  co_return std::move(*found);
}

core::Task<oauth::Result<void>> end_session_or_token(App& app, const http::Request& request,
                                                     store::SessionWithUser session) {
  const auto presented = presented_session(app, request);
  if (!presented || !presented->is_access_token) co_return co_await app.sessions.sign_out(session.session.id);
  const store::GrantId grant{session.session.id.str()};  // TokenSessions names the session so
  SIGMA_CO_CHECK(co_await app.store.tokens.revoke_grant(grant, app.clock.now()));
  co_return oauth::Result<void>{};
}

}  // namespace sigma::service
