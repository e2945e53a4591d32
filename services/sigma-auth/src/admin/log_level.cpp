#include "admin/answers.hpp"
#include "admin/audit_event.hpp"
#include "admin/handler.hpp"
#include "sigma/core/log.hpp"

namespace sigma::service {

core::Task<http::Response> get_log_level(AdminContext&, http::Request) {
  co_return admin_json({{"level", core::log::to_string(core::log::level())}});
}

core::Task<http::Response> put_log_level(AdminContext& admin, http::Request request) {
  const JsonBody body = json_body(request);
  if (body.refusal) co_return *body.refusal;
  const auto name = core::json_string(body.json, "level");
  const auto level = name ? core::log::parse_level(*name) : std::nullopt;
  if (!level || body.json.size() != 1)
    co_return problem(400, "The body must be {\"level\": …} with debug, info, warn, error or off.");
  core::log::set_level(*level);
  oauth::AuditEvent event = admin_event(request, oauth::AuditType::log_level_changed);
  event.detail["level"] = *name;
  admin.audit.record(std::move(event));
  core::log::warn("log_level_changed", {{"level", *name}, {"request_id", request.request_id}});
  co_return co_await get_log_level(admin, std::move(request));
}

}  // namespace sigma::service
