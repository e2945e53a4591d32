// Events on their way to the audit log are counted for Prometheus.
#pragma once
#include <map>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "sigma/core/metrics.hpp"
#include "sigma/oauth/audit/audit.hpp"

namespace sigma::service {

/// Labels come from tables: types of events, errors, and the grants it is made with. Thread-safe.
class CountedAudit final : public oauth::Audit {
 public:
  CountedAudit(oauth::Audit& log, const std::vector<std::string>& grant_types, core::Metrics& metrics);

  void record(oauth::AuditEvent event) override;
  /// Of every request for tokens, also of those that are no event. `grant`: empty when the server knows none;
  /// `error`: empty when tokens were given.
  void count_token_request(std::string_view grant, std::string_view error);

 private:
  using Refusals = std::map<std::pair<std::string_view, std::string_view>, prometheus::Counter*>;

  prometheus::Counter& refused_event(std::string_view type, std::string_view error);
  prometheus::Counter& refused_request(std::string_view grant, std::string_view error);

  oauth::Audit& log_;
  core::Metrics& metrics_;
  std::vector<prometheus::Counter*> done_;                          ///< by type
  std::map<std::string, prometheus::Counter*, std::less<>> given_;  ///< by grant
  std::mutex mutex_;
  Refusals refused_events_, refused_requests_;  ///< the views are of constants, and of keys of `given_`
};

}  // namespace sigma::service
