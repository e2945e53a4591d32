#include "sigma/bap/resolver_metrics.hpp"

#include "sigma/bap/metrics.hpp"

namespace sigma::bap {

ResolverMetrics::ResolverMetrics(core::Metrics& metrics)
    : cached(core::counter_of(metrics, kLookupsTotal, {{"outcome", "cached"}})),
      known(core::counter_of(metrics, kLookupsTotal, {{"outcome", "known"}})),
      unknown(core::counter_of(metrics, kLookupsTotal, {{"outcome", "unknown"}})),
      refused(core::counter_of(metrics, kLookupsTotal, {{"outcome", "refused"}})),
      unavailable(core::counter_of(metrics, kLookupsTotal, {{"outcome", "unavailable"}})),
      seconds(core::histogram_of(metrics, kApiSeconds, {}, {0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10})) {}

}  // namespace sigma::bap
