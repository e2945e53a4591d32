// better-auth's invitations: an identity has exactly one owner, so there are none and none can be made (contract §6).
#include "routes/handler.hpp"
#include "routes/render.hpp"
#include "routes/session_cookie.hpp"

namespace sigma::service {
namespace {

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

}  // namespace

namespace endpoints {

extern constexpr Endpoint refuse_invitation{.handler = service::refuse_invitation,
                                            .operation = R"json({"who": ["session"], "json": "Empty", "ok": {}})json"};
extern constexpr Endpoint get_invitation{
    .handler = service::refuse_invitation,
    .operation = R"json({"who": ["session"], "query": {"id": null}, "ok": {}})json"};
extern constexpr Endpoint no_invitations{.handler = service::no_invitations,
                                         .operation = R"json({"who": ["session"], "ok": {"200": "NothingArray"}})json"};

}  // namespace endpoints
}  // namespace sigma::service
