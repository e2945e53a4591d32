#include "admin/account_json.hpp"
#include "admin/answers.hpp"
#include "admin/handlers.hpp"
#include "admin/paging.hpp"
#include "sigma/core/log.hpp"

namespace sigma::service {
namespace {

constexpr ListRules kList{.name = "sessions"};

}  // namespace

core::Task<http::Response> list_all_sessions(AdminContext& admin, http::Request request) {
  const auto query = parse_list_query(request, kList);
  if (!query) co_return problem(query.error());
  const auto sessions = co_await admin.store.accounts.list_sessions({query->limit, query->after}, admin.clock.now());
  if (!sessions) co_return problem(sessions.error());
  core::Json answer = {{"items", core::Json::array()}};
  for (const store::Session& session : *sessions) answer["items"].push_back(render_session(session));
  if (sessions->size() == query->limit) answer["next_cursor"] = make_cursor(kList, sessions->back().id.str());
  co_return admin_json(answer);
}

core::Task<http::Response> delete_session(AdminContext& admin, http::Request request) {
  const std::string id = request.path_parameters.at("id");
  const auto ended = co_await admin.accounts.end_session(store::SessionId{id});
  if (!ended) co_return problem(ended.error());
  if (!*ended) co_return problem(404, "There is no session with this id; it may have ended.");
  core::log::info("session_ended_by_operator",
                  {{"session_id", id}, {"remote_address", request.remote_address}, {"request_id", request.request_id}});
  http::Response response;
  response.status = 204;
  co_return response;
}

}  // namespace sigma::service
