#pragma once
#include "sigma/core/metrics.hpp"

namespace sigma::bap {

/// sigma_bap_lookups_total{outcome} and sigma_bap_api_seconds.
struct ResolverMetrics {
  explicit ResolverMetrics(core::Metrics& metrics);

  prometheus::Counter& cached;       ///< answered from the cache
  prometheus::Counter& known;        ///< the API knows the identity
  prometheus::Counter& unknown;      ///< the API knows none
  prometheus::Counter& refused;      ///< the API's answer must not be believed
  prometheus::Counter& unavailable;  ///< the API gave no answer
  prometheus::Histogram& seconds;    ///< how long the API took
};

}  // namespace sigma::bap
