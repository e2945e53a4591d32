#include "counted_audit.hpp"

#include <algorithm>

#include "metrics_table.hpp"
#include "sigma/oauth/error.hpp"

namespace sigma::service {
namespace {

constexpr std::string_view kNone = "none", kOther = "other";

/// Refusals of which the first is an alarm (deploy/prometheus/alerts.yml): Prometheus sees a counter grow only if it
/// was there before.
constexpr std::pair<oauth::AuditType, std::string_view> kAlarms[] = {
    {oauth::AuditType::reuse_detected, "invalid_grant"},
    {oauth::AuditType::admin_access, ""},
};

// What the table of errors calls it, so that no text of a request becomes a label.
std::string_view known(std::string_view error) {
  const auto errors = oauth::all_error_traits();
  const auto found = std::ranges::find(errors, error, &oauth::ErrorTraits::name);
  return found == errors.end() ? kOther : found->name;
}

}  // namespace

CountedAudit::CountedAudit(oauth::Audit& log, const std::vector<std::string>& grant_types, core::Metrics& metrics)
    : log_(log), metrics_(metrics) {
  for (const oauth::AuditTraits& type : oauth::all_audit_traits()) {
    done_.push_back(&core::counter_of(metrics, metric::kSecurityEvents,
                                      {{"type", std::string(type.name)}, {"outcome", "ok"}, {"error", ""}}));
  }
  for (const auto& [type, error] : kAlarms)
    refused_event(oauth::traits(type).name, error.empty() ? error : known(error));
  for (const std::string& grant : grant_types)
    given_.emplace(grant, &core::counter_of(metrics, metric::kTokenRequests, {{"grant", grant}, {"outcome", "ok"}}));
}

void CountedAudit::record(oauth::AuditEvent event) {
  if (event.outcome == oauth::AuditOutcome::ok) {
    const std::size_t index = static_cast<std::size_t>(&traits(event.type) - oauth::all_audit_traits().data());
    done_[index]->Increment();
  } else {
    const auto error = event.detail.find("error");
    refused_event(traits(event.type).name,
                  error == event.detail.end() ? "" : known(error->get_ref<const std::string&>()))
        .Increment();
  }
  log_.record(std::move(event));
}

void CountedAudit::count_token_request(std::string_view grant, std::string_view error) {
  const auto given = given_.find(grant);
  if (error.empty() && given != given_.end()) return given->second->Increment();
  refused_request(given == given_.end() ? kNone : std::string_view(given->first), known(error)).Increment();
}

prometheus::Counter& CountedAudit::refused_event(std::string_view type, std::string_view error) {
  const std::lock_guard lock(mutex_);
  prometheus::Counter*& counter = refused_events_[{type, error}];
  if (!counter) {
    counter = &core::counter_of(metrics_, metric::kSecurityEvents,
                                {{"type", std::string(type)}, {"outcome", "refused"}, {"error", std::string(error)}});
  }
  return *counter;
}

prometheus::Counter& CountedAudit::refused_request(std::string_view grant, std::string_view error) {
  const std::lock_guard lock(mutex_);
  prometheus::Counter*& counter = refused_requests_[{grant, error}];
  if (!counter) {
    counter = &core::counter_of(metrics_, metric::kTokenRequests,
                                {{"grant", std::string(grant)}, {"outcome", std::string(error)}});
  }
  return *counter;
}

}  // namespace sigma::service
