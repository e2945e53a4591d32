#include "admin/routes.hpp"

#include "admin/answers.hpp"
#include "admin/audit_event.hpp"
#include "admin/lists.hpp"
#include "admin/openapi.hpp"
#include "sigma/crypto/digest.hpp"
#include "sigma/http/authorization.hpp"

namespace sigma::service {

// The handlers, by the file of admin/ in which they are.

// clients.cpp
AdminHandler list_clients, create_client, get_client, patch_client, delete_client, add_member_key, delete_member_key,
    rotate_client_secret;
// users.cpp
AdminHandler list_users, get_user, patch_user, delete_user, list_user_sessions, end_user_sessions, list_user_consents,
    withdraw_user_consents;
// sessions.cpp
AdminHandler list_all_sessions, delete_session;
// audit.cpp
AdminHandler list_audit;
// stats.cpp
AdminHandler get_stats;
// keys.cpp
AdminHandler list_keys, rotate_key;
// entitlements.cpp
AdminHandler get_entitlements;
// log_level.cpp
AdminHandler get_log_level, put_log_level;
// health.cpp
AdminHandler health_live, health_ready, metrics;

namespace {

using enum http::Method;

using Entry = AdminEntry;

constexpr Entry kTable[] = {
    {get,
     "/admin/clients",
     list_clients,
     "Clients in order of their ids; limit, cursor, search",
     {.answer = "ClientList", .list = &kClientList}},
    {post,
     "/admin/clients",
     create_client,
     "Register a client; answers a new secret once",
     {.answer = "Client", .status = 201, .request = "ClientRequest"}},
    {get, "/admin/clients/{id}", get_client, "One client", {.answer = "Client"}},
    {patch,
     "/admin/clients/{id}",
     patch_client,
     "Change a client (RFC 7396)",
     {.answer = "Client", .request = "ClientRequest"}},
    {del, "/admin/clients/{id}", delete_client, "Remove a client with its tokens and consents", {.status = 204}},
    {post,
     "/admin/clients/{id}/member-keys",
     add_member_key,
     "Add a member key",
     {.answer = "Client", .status = 201, .request = "MemberKeyRequest"}},
    {del, "/admin/clients/{id}/member-keys/{pubkey}", delete_member_key, "Remove a member key", {.status = 204}},
    {post,
     "/admin/clients/{id}/rotate-secret",
     rotate_client_secret,
     "Make a new secret; the old one stays for overlap_seconds",
     {.answer = "Client", .request = "SecretRequest", .request_required = false}},
    {get,
     "/admin/users",
     list_users,
     "Users, newest first; limit, cursor, search",
     {.answer = "UserList", .list = &kUserList}},
    {get,
     "/admin/users/{id}",
     get_user,
     "One user with identities, their backups, wallets, and roles that follow from those",
     {.answer = "User"}},
    {patch,
     "/admin/users/{id}",
     patch_user,
     "Switch an account off or on; off ends its sessions and tokens",
     {.answer = "User", .request = "UserRequest"}},
    {del, "/admin/users/{id}", delete_user, "Remove an account with all that belongs to it", {.status = 204}},
    {get, "/admin/users/{id}/sessions", list_user_sessions, "The user's live sessions", {.answer = "SessionList"}},
    {del,
     "/admin/users/{id}/sessions",
     end_user_sessions,
     "End all of the user's sessions; applications are told, the account stays as it is",
     {.status = 204}},
    {get,
     "/admin/users/{id}/consents",
     list_user_consents,
     "What the user has allowed which application",
     {.answer = "ConsentList"}},
    {del,
     "/admin/users/{id}/consents/{client_id}",
     withdraw_user_consents,
     "Take back what the user has allowed an application; its tokens end, and it may ask again",
     {.status = 204}},
    {get,
     "/admin/users/{id}/entitlements",
     get_entitlements,
     "A person's roles and tier, and what each comes from",
     {.answer = "Entitlements"}},
    {get,
     "/admin/sessions",
     list_all_sessions,
     "Live sessions, newest first; limit and cursor",
     {.answer = "SessionList", .list = &kSessionList}},
    {del, "/admin/sessions/{id}", delete_session, "End a session; applications are told", {.status = 204}},
    {get,
     "/admin/audit",
     list_audit,
     "The audit log, newest first; limit, cursor and filters",
     {.answer = "AuditList", .list = &kAuditList}},
    {get, "/admin/stats", get_stats, "Rows by table, and what came in the last day", {.answer = "Stats"}},
    {get, "/admin/keys", list_keys, "Signing keys, without their private parts", {.answer = "KeyList"}},
    {post,
     "/admin/keys/rotate",
     rotate_key,
     "Replace the signing key of an algorithm",
     {.answer = "KeyList", .request = "KeyRequest"}},
    {get, "/admin/log-level", get_log_level, "What is logged: debug, info, warn, error or off", {.answer = "LogLevel"}},
    {put,
     "/admin/log-level",
     put_log_level,
     "Log more or less until the next start",
     {.answer = "LogLevel", .request = "LogLevel"}},
    {get, "/health/live", health_live, "The process runs", {.answer = "Health"}, true},
    {get,
     "/health/ready",
     health_ready,
     "The server can answer: the database is there and nothing is being shut down",
     {.answer = "Health"},
     true},
    {get, "/metrics", metrics, "Prometheus metrics", {.answer = "Text", .answer_type = "text/plain"}, true},
};

constexpr std::size_t kMaxIdempotencyKey = 255;

// Compares digests: neither content nor length of the token shows in the time it takes.
bool has_admin_token(const AdminContext& admin, const http::Request& request) {
  const auto header = request.headers.find("Authorization");
  if (!header || request.headers.count("Authorization") != 1) return false;
  const auto token = http::authorization_credentials(*header, "Bearer");
  if (!token) return false;
  const auto given = crypto::sha256(*token);
  const auto expected = crypto::sha256(admin.config.admin_token.view());
  return !admin.config.admin_token.empty() && crypto::constant_time_equal(crypto::view(given), crypto::view(expected));
}

http::Response unauthorized() {
  http::Response response = problem(401,
                                    "Send the admin token: Authorization: Bearer <token>. It is in the file "
                                    "admin-token of the data directory, or in SIGMA_ADMIN_TOKEN.");
  response.headers.add("WWW-Authenticate", "Bearer realm=\"sigma-auth admin\"");
  return response;
}

// Gives the key free when the handler does not come to its end.
class Work {
 public:
  Work(IdempotencyKeys& keys, std::string key) : keys_(keys), key_(std::move(key)) {}
  ~Work() {
    if (!done_) keys_.abandon(key_);
  }
  Work(const Work&) = delete;
  Work& operator=(const Work&) = delete;
  void finish(const http::Response& answer) {
    if (answer.status >= 500) return;  // a failure of ours may be tried again
    keys_.finish(key_, answer);
    done_ = true;
  }

 private:
  IdempotencyKeys& keys_;
  std::string key_;
  bool done_ = false;
};

core::Task<http::Response> once(AdminContext& admin, AdminHandler* handler, http::Request request) {
  const auto given = request.headers.find("Idempotency-Key");
  if (!given) co_return co_await handler(admin, std::move(request));
  std::string key(*given);
  if (key.empty() || key.size() > kMaxIdempotencyKey || request.headers.count("Idempotency-Key") != 1) {
    co_return problem(400, "Send one Idempotency-Key of 1 to 255 characters.");
  }
  const auto fingerprint = crypto::to_string(crypto::sha256(fmt::format(
      "{}\n{}\n{}\n{}", http::to_string(request.method), request.target, request.content_type(), request.body)));
  auto begun = admin.idempotency.begin(key, fingerprint, admin.clock.now());
  switch (begun.state) {
    case IdempotencyKeys::State::answered:
      co_return std::move(*begun.answer);
    case IdempotencyKeys::State::other:
      co_return problem(422, "This Idempotency-Key belongs to another request; choose a new one.");
    case IdempotencyKeys::State::in_progress:
      co_return problem(409, "The first request with this Idempotency-Key is not done yet.");
    case IdempotencyKeys::State::full:
      co_return problem(503, "Too many requests with Idempotency-Key are in progress.");
    case IdempotencyKeys::State::begun:
      break;
  }
  Work work(admin.idempotency, std::move(key));
  http::Response answer = co_await handler(admin, std::move(request));
  work.finish(answer);
  co_return answer;
}

core::Task<http::Response> dispatch(AdminContext& admin, const Entry& entry, http::Request request) {
  if (!entry.open && !has_admin_token(admin, request)) {
    co_await record_admin_refusal(admin, request);
    co_return unauthorized();
  }
  co_return co_await answer_admin(admin, entry, std::move(request));
}

struct Bound {
  AdminContext* admin;
  const Entry* entry;
  core::Task<http::Response> operator()(http::Request request) const {
    return dispatch(*admin, *entry, std::move(request));
  }
};

core::Task<http::Response> openapi(AdminContext&, http::Request) {
  co_return admin_json(describe_admin_api(kTable));
}

constexpr Entry kOpenApi = {get, "/admin/openapi.json", openapi, "This API as an OpenAPI document"};

http::Route route_of(AdminContext& admin, const Entry& entry) {
  return {entry.method,
          entry.path,
          Bound{&admin, &entry},
          {.body_limit = admin.config.body_limit, .spec = {}, .summary = entry.summary}};
}

}  // namespace

std::span<const AdminEntry> admin_table() {
  return kTable;
}

core::Task<http::Response> answer_admin(AdminContext& admin, const AdminEntry& entry, http::Request request) {
  if (entry.method == post) co_return co_await once(admin, entry.handler, std::move(request));
  co_return co_await entry.handler(admin, std::move(request));
}

std::vector<http::Route> admin_routes(AdminContext& admin) {
  std::vector<http::Route> routes;
  for (const Entry& entry : kTable) routes.push_back(route_of(admin, entry));
  routes.push_back(route_of(admin, kOpenApi));
  return routes;
}

std::function<http::Response(const http::Request&, int, std::string_view)> admin_transport_error(
    const AdminContext& admin) {
  return [&admin](const http::Request& request, int status, std::string_view description) {
    const bool guarded = request.path == "/admin" || request.path.starts_with("/admin/");
    if (guarded && status < 500 && !has_admin_token(admin, request)) return unauthorized();
    return problem(status, description);
  };
}

}  // namespace sigma::service
