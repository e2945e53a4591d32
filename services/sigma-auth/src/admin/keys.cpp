#include "admin/answers.hpp"
#include "admin/audit_event.hpp"
#include "admin/handler.hpp"
#include "admin/key_json.hpp"

namespace sigma::service {

core::Task<http::Response> list_keys(AdminContext& admin, http::Request) {
  const auto keys = co_await admin.store.keys.list();
  if (!keys) co_return problem(keys.error());
  core::Json answer = {{"items", core::Json::array()}};
  for (const store::SigningKey& key : *keys) answer["items"].push_back(render_key(key, admin.clock.now()));
  co_return admin_json(answer);
}

core::Task<http::Response> rotate_key(AdminContext& admin, http::Request request) {
  const JsonBody body = json_body(request);
  if (body.refusal) co_return *body.refusal;
  const auto name = core::json_string(body.json, "alg");
  const auto algorithm = name ? jose::parse_algorithm(*name) : std::nullopt;
  const auto at_once = body.json.find("at_once");
  const bool has_at_once = at_once != body.json.end();
  if (!algorithm || !admin.keys.current()->active(*algorithm) || (has_at_once && !at_once->is_boolean()) ||
      body.json.size() != (has_at_once ? 2 : 1)) {
    co_return problem(400,
                      "The body must be {\"alg\": …} with RS256, ES256, EdDSA or ES256K, and may hold "
                      "\"at_once\": true for a key that others may know.");
  }
  const bool now = has_at_once && at_once->get<bool>();
  const auto rotated =
      co_await admin.keys.rotate(*algorithm, now ? oauth::Takeover::at_once : oauth::Takeover::announced);
  if (!rotated) co_return problem(rotated.error());
  oauth::AuditEvent event = admin_event(request, oauth::AuditType::key_rotated);
  event.detail = {{"alg", *name}, {"at_once", now}};
  admin.audit.record(std::move(event));
  co_return co_await list_keys(admin, std::move(request));
}

}  // namespace sigma::service
