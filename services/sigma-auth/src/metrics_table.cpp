#include "metrics_table.hpp"

#include <span>

#include "sigma/bap/metrics.hpp"
#include "sigma/cache_redis/metrics.hpp"
#include "sigma/http/metrics.hpp"

namespace sigma::service {
namespace {

using namespace metric;

constexpr MetricTraits kOwn[] = {kTokenRequests,   kSecurityEvents, kLogoutDeliveries, kAuditQueued,    kAuditLost,
                                 kLiveTokens,      kCacheLookups,   kSigningQueued,    kKeysPublished,  kKeyActiveSince,
                                 kQueued,          kConnections,    kLoopConnections,  kLoopWaiting,    kTableRows,
                                 kTableBytes,      kDatabaseBytes,  kRowsRemoved,      kBapCircuitOpen, kTraceSpans,
                                 kLogLinesDropped, kResidentMemory, kCpuSeconds,       kOpenFiles,      kThreads,
                                 kStartTime,       kBuildInfo};

}  // namespace

std::vector<core::MetricTraits> all_metrics() {
  std::vector<core::MetricTraits> all;
  for (const std::span<const MetricTraits> table :
       {std::span<const MetricTraits>(http::kMetrics), std::span<const MetricTraits>(kOwn),
        std::span<const MetricTraits>(bap::kMetrics), std::span<const MetricTraits>(cache_redis::kMetrics)})
    all.insert(all.end(), table.begin(), table.end());
  return all;
}

}  // namespace sigma::service
