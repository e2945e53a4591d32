// What a connection to Redis counts. Only where SIGMA_REDIS_URL is set.
#pragma once
#include "sigma/core/metric_traits.hpp"

namespace sigma::cache_redis {

inline constexpr core::MetricTraits kCommandsTotal{
    "sigma_redis_commands_total",
    core::MetricType::counter,
    "Commands to Redis, by what came of them.",
    {{{"outcome", "`answered`, `error`, `deadline` (no answer in time), `unavailable`, `overloaded` (queue full)"}}}};
inline constexpr core::MetricTraits kUp{"sigma_redis_up", core::MetricType::gauge,
                                        "1 while commands to Redis are being answered."};
inline constexpr core::MetricTraits kWaiting{"sigma_redis_waiting", core::MetricType::gauge,
                                             "Commands to Redis that have no answer yet."};
inline constexpr core::MetricTraits kConnectionsTotal{"sigma_redis_connections_total", core::MetricType::counter,
                                                      "Connections to Redis made since the start."};
inline constexpr core::MetricTraits kCommandSeconds{"sigma_redis_command_seconds", core::MetricType::histogram,
                                                    "From a command to its answer."};

inline constexpr core::MetricTraits kMetrics[] = {kCommandsTotal, kUp, kWaiting, kConnectionsTotal, kCommandSeconds};

}  // namespace sigma::cache_redis
