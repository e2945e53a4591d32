#include "admin/audit_event.hpp"

#include "sigma/http/network.hpp"

namespace sigma::service {
namespace {

constexpr cache::RateLimit kOnceAMinute{.limit = 1, .window = std::chrono::minutes{1}};

}  // namespace

oauth::AuditEvent admin_event(const http::Request& request, oauth::AuditType type) {
  oauth::AuditEvent event{.type = type};
  event.actor = oauth::kOperator;
  if (const auto found = request.path_parameters.find(kAdministrator); found != request.path_parameters.end())
    event.actor = "user:" + found->second;
  event.network = http::client_network(request.remote_address);
  event.request_id = request.request_id;
  return event;
}

core::Task<> record_admin_refusal(AdminContext& admin, const http::Request& request) {
  oauth::AuditEvent event = admin_event(request, oauth::AuditType::admin_access);
  event.actor = oauth::kStranger;
  event.outcome = oauth::AuditOutcome::refused;
  const auto told = co_await admin.cache.limiter().allow("audit|admin|" + event.network, kOnceAMinute);
  if (told.allowed) admin.audit.record(std::move(event));
}

}  // namespace sigma::service
