#include "admin/account_json.hpp"
#include "admin/account_view.hpp"
#include "admin/answers.hpp"
#include "admin/audit_event.hpp"
#include "admin/handler.hpp"
#include "admin/lists.hpp"
#include "wallets.hpp"

namespace sigma::service {
namespace {

using core::Json;
using core::Task;

store::UserId id_of(const http::Request& request) {
  return store::UserId{request.path_parameters.at("id")};
}

http::Response unknown() {
  return problem(404, "There is no user with this id.");
}

void record(AdminContext& admin, const http::Request& request, oauth::AuditType type) {
  oauth::AuditEvent event = admin_event(request, type);
  event.user_id = id_of(request);
  admin.audit.record(std::move(event));
}

}  // namespace

Task<http::Response> list_users(AdminContext& admin, http::Request request) {
  const auto query = parse_list_query(request, kUserList);
  if (!query) co_return problem(query.error());
  const auto users = co_await admin.store.accounts.list_users({query->limit, query->after}, query->filter("search"));
  if (!users) co_return problem(users.error());
  Json answer = {{"items", Json::array()}};
  for (const store::User& user : *users) answer["items"].push_back(render_user(user));
  if (users->size() == query->limit) answer["next_cursor"] = make_cursor(kUserList, users->back().id.str());
  co_return admin_json(answer);
}

Task<http::Response> get_user(AdminContext& admin, http::Request request) {
  const AccountRows rows{admin.store, admin.wallets.rows, admin.wallets.entitlement_rows};
  const auto account = co_await view_account(rows, admin.clock, id_of(request));
  if (!account) co_return problem(account.error());
  co_return *account ? admin_json(**account) : unknown();
}

// Only `disabled`: what people say of themselves is theirs to change, and roles follow from the configuration.
Task<http::Response> patch_user(AdminContext& admin, http::Request request) {
  const JsonBody body = json_body(request);
  if (body.refusal) co_return *body.refusal;
  const auto disabled = body.json.find("disabled");
  if (body.json.size() != 1 || disabled == body.json.end() || !disabled->is_boolean())
    co_return problem(400,
                      "The body must be {\"disabled\": true} or {\"disabled\": false}; nothing else can be changed.");
  const bool off = disabled->get<bool>();
  const auto account = co_await admin.accounts.set_disabled(id_of(request), off);
  if (!account) co_return problem(account.error());
  if (!*account) co_return unknown();
  record(admin, request, off ? oauth::AuditType::user_disabled : oauth::AuditType::user_enabled);
  co_return admin_json(render_account(**account));
}

Task<http::Response> delete_user(AdminContext& admin, http::Request request) {
  const auto removed = co_await admin.accounts.remove(id_of(request));
  if (!removed) co_return problem(removed.error());
  if (!*removed) co_return unknown();
  record(admin, request, oauth::AuditType::user_deleted);
  http::Response response;
  response.status = 204;
  co_return response;
}

Task<http::Response> list_user_sessions(AdminContext& admin, http::Request request) {
  const auto account = co_await admin.accounts.find(id_of(request));
  if (!account) co_return problem(account.error());
  if (!*account) co_return unknown();
  const auto sessions = co_await admin.accounts.sessions(id_of(request));
  if (!sessions) co_return problem(sessions.error());
  Json answer = {{"items", Json::array()}};
  for (const store::Session& session : *sessions) answer["items"].push_back(render_session(session));
  co_return admin_json(answer);
}

Task<http::Response> list_user_consents(AdminContext& admin, http::Request request) {
  const auto account = co_await admin.accounts.find(id_of(request));
  if (!account) co_return problem(account.error());
  if (!*account) co_return unknown();
  const auto consents = co_await admin.store.consents.list(id_of(request));
  if (!consents) co_return problem(consents.error());
  Json answer = {{"items", Json::array()}};
  for (const store::Consent& consent : *consents) answer["items"].push_back(render_consent(consent));
  co_return admin_json(answer);
}

Task<http::Response> end_user_sessions(AdminContext& admin, http::Request request) {
  const auto ended = co_await admin.accounts.end_sessions(id_of(request));
  if (!ended) co_return problem(ended.error());
  if (!*ended) co_return unknown();
  oauth::AuditEvent event = admin_event(request, oauth::AuditType::session_revoked);
  event.user_id = id_of(request);
  event.detail["sessions"] = "all";
  admin.audit.record(std::move(event));
  http::Response response;
  response.status = 204;
  co_return response;
}

Task<http::Response> withdraw_user_consents(AdminContext& admin, http::Request request) {
  const store::ClientId client{request.path_parameters.at("client_id")};
  const auto withdrawn = co_await admin.accounts.withdraw_consents(id_of(request), client);
  if (!withdrawn) co_return problem(withdrawn.error());
  if (*withdrawn == 0) co_return problem(404, "This user has allowed that application nothing, or does not exist.");
  oauth::AuditEvent event = admin_event(request, oauth::AuditType::consent_withdrawn);
  event.user_id = id_of(request);
  event.client_id = client;
  admin.audit.record(std::move(event));
  http::Response response;
  response.status = 204;
  co_return response;
}

}  // namespace sigma::service
