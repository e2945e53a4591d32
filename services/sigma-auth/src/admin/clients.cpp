#include "admin/answers.hpp"
#include "admin/audit_event.hpp"
#include "admin/handler.hpp"
#include "admin/lists.hpp"
#include "sigma/core/encoding.hpp"

namespace sigma::service {
namespace {

using core::Json;
using core::Task;

constexpr std::int64_t kDefaultOverlap = 86'400;
constexpr std::int64_t kMaxOverlap = 30 * 86'400;

store::ClientId id_of(const http::Request& request) {
  return store::ClientId{request.path_parameters.at("id")};
}

void record(AdminContext& admin, const http::Request& request, oauth::AuditType type, const std::string& client_id,
            Json detail = Json::object()) {
  oauth::AuditEvent event = admin_event(request, type);
  event.client_id = store::ClientId{client_id};
  event.detail = std::move(detail);
  admin.audit.record(std::move(event));
}

}  // namespace

Task<http::Response> list_clients(AdminContext& admin, http::Request request) {
  const auto query = parse_list_query(request, kClientList);
  if (!query) co_return problem(query.error());
  const auto clients =
      co_await admin.store.clients.list({.limit = query->limit, .after = query->after}, query->filter("search"));
  if (!clients) co_return problem(clients.error());
  Json answer = {{"items", Json::array()}};
  for (const store::Client& client : *clients) answer["items"].push_back(oauth::render_client(client));
  if (clients->size() == query->limit) answer["next_cursor"] = make_cursor(kClientList, clients->back().id.str());
  co_return admin_json(answer);
}

Task<http::Response> create_client(AdminContext& admin, http::Request request) {
  JsonBody body = json_body(request);
  if (body.refusal) co_return std::move(*body.refusal);
  const auto issued = co_await admin.clients.create(std::move(body.json));
  if (!issued) co_return problem(issued.error());
  const std::string& id = issued->client.id.str();
  record(admin, request, oauth::AuditType::client_created, id);
  http::Response response = admin_json(oauth::render_issued(*issued), 201);
  response.headers.add("Location", "/admin/clients/" + core::percent_encode(id));
  co_return response;
}

Task<http::Response> get_client(AdminContext& admin, http::Request request) {
  const auto client = co_await admin.clients.load(id_of(request));
  if (!client) co_return problem(client.error());
  co_return admin_json(oauth::render_client(*client));
}

Task<http::Response> patch_client(AdminContext& admin, http::Request request) {
  JsonBody body = json_body(request);
  if (body.refusal) co_return std::move(*body.refusal);
  const auto issued = co_await admin.clients.update(id_of(request), std::move(body.json));
  if (!issued) co_return problem(issued.error());
  record(admin, request, oauth::AuditType::client_changed, issued->client.id.str(), oauth::describe_change(*issued));
  co_return admin_json(oauth::render_issued(*issued));
}

Task<http::Response> delete_client(AdminContext& admin, http::Request request) {
  const auto removed = co_await admin.clients.remove(id_of(request));
  if (!removed) co_return problem(removed.error());
  record(admin, request, oauth::AuditType::client_deleted, request.path_parameters.at("id"));
  http::Response response;
  response.status = 204;
  co_return response;
}

Task<http::Response> add_member_key(AdminContext& admin, http::Request request) {
  JsonBody body = json_body(request);
  if (body.refusal) co_return std::move(*body.refusal);
  const auto client = co_await admin.clients.add_key(id_of(request), std::move(body.json));
  if (!client) co_return problem(client.error());
  record(admin, request, oauth::AuditType::client_key_added, client->id.str());
  co_return admin_json(oauth::render_client(*client), 201);
}

Task<http::Response> delete_member_key(AdminContext& admin, http::Request request) {
  const auto client = co_await admin.clients.remove_key(id_of(request), request.path_parameters.at("pubkey"));
  if (!client) co_return problem(client.error());
  record(admin, request, oauth::AuditType::client_key_removed, client->id.str());
  http::Response response;
  response.status = 204;
  co_return response;
}

Task<http::Response> rotate_client_secret(AdminContext& admin, http::Request request) {
  std::int64_t overlap = kDefaultOverlap;
  if (!request.body.empty()) {
    const JsonBody body = json_body(request);
    if (body.refusal) co_return *body.refusal;
    for (const auto& [name, value] : body.json.items()) {
      if (name != "overlap_seconds" || !value.is_number_integer())
        co_return problem(400, "The body may hold overlap_seconds, a whole number, only.");
      overlap = value.get<std::int64_t>();
    }
    if (overlap < 0 || overlap > kMaxOverlap)
      co_return problem(400, fmt::format("overlap_seconds must be from 0 to {}.", kMaxOverlap));
  }
  const auto issued = co_await admin.clients.rotate_secret(id_of(request), std::chrono::seconds(overlap));
  if (!issued) co_return problem(issued.error());
  record(admin, request, oauth::AuditType::client_secret_rotated, issued->client.id.str());
  co_return admin_json(oauth::render_issued(*issued));
}

}  // namespace sigma::service
