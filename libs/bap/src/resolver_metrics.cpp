#include "sigma/bap/resolver_metrics.hpp"

namespace sigma::bap {
namespace {

prometheus::Counter& lookups(core::Metrics& metrics, const char* outcome) {
  return metrics.counter("sigma_bap_lookups_total", "Look-ups of identities on chain, by what came of them",
                         {{"outcome", outcome}});
}

}  // namespace

ResolverMetrics::ResolverMetrics(core::Metrics& metrics)
    : cached(lookups(metrics, "cached")),
      known(lookups(metrics, "known")),
      unknown(lookups(metrics, "unknown")),
      refused(lookups(metrics, "refused")),
      unavailable(lookups(metrics, "unavailable")),
      seconds(metrics.histogram("sigma_bap_api_seconds", "How long the BAP API took to answer, or to fail", {},
                                {0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10})) {}

}  // namespace sigma::bap
