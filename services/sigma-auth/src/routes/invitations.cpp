// better-auth's invitations: an identity has exactly one owner, so there are none and none can be made (contract §6).
#include "routes/handler.hpp"
#include "routes/render.hpp"
#include "routes/session_cookie.hpp"

namespace sigma::service {

Task<http::Response> refuse_invitation(App& app, http::Request request) {
  auto session = co_await require_session(app, request);
  if (!session) co_return session_error(session.error());
  co_return session_error({oauth::ErrorCode::invitations_not_supported,
                           "An identity has exactly one owner, the holder of its key; nobody can be invited to it."});
}

Task<http::Response> no_invitations(App& app, http::Request request) {
  auto session = co_await require_session(app, request);
  if (!session) co_return session_error(session.error());
  co_return json_answer(core::Json::array());
}

}  // namespace sigma::service
