// What a server counts of its requests.
#pragma once
#include "sigma/core/metric_traits.hpp"

namespace sigma::http {

inline constexpr core::LabelTraits kServerLabel{"server", "`public` or `admin`"};
inline constexpr core::LabelTraits kRouteLabel{"route",
                                               "path in the table of routes; `(none)`: what no route answered"};

inline constexpr core::MetricTraits kRequestsTotal{
    "http_requests_total",
    core::MetricType::counter,
    "Requests answered.",
    {kServerLabel, kRouteLabel, {"method", "HTTP method; `other`: none of ours"}, {"status", "HTTP status"}}};
inline constexpr core::MetricTraits kRequestDuration{
    "http_request_duration_seconds",
    core::MetricType::histogram,
    "Time from the end of the request header to the end of the answer.",
    {kServerLabel, kRouteLabel}};
inline constexpr core::MetricTraits kConnections{
    "http_connections", core::MetricType::gauge, "Open connections.", {kServerLabel}};

inline constexpr core::MetricTraits kMetrics[] = {kRequestsTotal, kRequestDuration, kConnections};

}  // namespace sigma::http
