#include "admin/account_json.hpp"
#include "admin/answers.hpp"
#include "admin/audit_event.hpp"
#include "admin/handler.hpp"
#include "admin/lists.hpp"

namespace sigma::service {

core::Task<http::Response> list_all_sessions(AdminContext& admin, http::Request request) {
  const auto query = parse_list_query(request, kSessionList);
  if (!query) co_return problem(query.error());
  const auto sessions = co_await admin.store.accounts.list_sessions({query->limit, query->after}, admin.clock.now());
  if (!sessions) co_return problem(sessions.error());
  core::Json answer = {{"items", core::Json::array()}};
  for (const store::Session& session : *sessions) answer["items"].push_back(render_session(session));
  if (sessions->size() == query->limit) answer["next_cursor"] = make_cursor(kSessionList, sessions->back().id.str());
  co_return admin_json(answer);
}

core::Task<http::Response> delete_session(AdminContext& admin, http::Request request) {
  const std::string id = request.path_parameters.at("id");
  const auto ended = co_await admin.accounts.end_session(store::SessionId{id});
  if (!ended) co_return problem(ended.error());
  if (!*ended) co_return problem(404, "There is no session with this id; it may have ended.");
  oauth::AuditEvent event = admin_event(request, oauth::AuditType::session_revoked);
  event.session_id = store::SessionId{id};
  admin.audit.record(std::move(event));
  http::Response response;
  response.status = 204;
  co_return response;
}

}  // namespace sigma::service
