// What the resolver counts.
#pragma once
#include "sigma/core/metric_traits.hpp"

namespace sigma::bap {

inline constexpr core::MetricTraits kLookupsTotal{
    "sigma_bap_lookups_total",
    core::MetricType::counter,
    "Look-ups of identities on chain, by what came of them.",
    {{{"outcome",
       "`cached`; the BAP API said `known` or `unknown`; `refused`: its answer must not be believed; `unavailable`"}}}};
inline constexpr core::MetricTraits kApiSeconds{"sigma_bap_api_seconds", core::MetricType::histogram,
                                                "How long the BAP API took to answer, or to fail."};

inline constexpr core::MetricTraits kMetrics[] = {kLookupsTotal, kApiSeconds};

}  // namespace sigma::bap
