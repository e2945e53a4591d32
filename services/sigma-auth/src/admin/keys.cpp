#include "admin/answers.hpp"
#include "admin/handlers.hpp"
#include "admin/key_json.hpp"
#include "sigma/core/log.hpp"

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
  if (!algorithm || body.json.size() != 1 || !admin.keys.current()->active(*algorithm)) {
    co_return problem(400, "The body must be {\"alg\": …} with RS256, ES256, EdDSA or ES256K.");
  }
  // Tokens signed a moment ago must verify as long as they live.
  const auto rotated = co_await admin.keys.rotate(*algorithm, admin.config.id_token_lifetime);
  if (!rotated) co_return problem(rotated.error());
  core::log::info("signing_key_rotated", {{"alg", *name}, {"request_id", request.request_id}});
  co_return co_await list_keys(admin, std::move(request));
}

}  // namespace sigma::service
