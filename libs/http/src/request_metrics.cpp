#include "request_metrics.hpp"

#include <algorithm>

#include "sigma/http/metrics.hpp"

namespace sigma::http {
namespace {
const std::vector<double> kBuckets{.0005, .001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10};
}

RouteMetrics::RouteMetrics(core::Metrics& metrics, const std::string& server, std::string route, Method method)
    : metrics_(metrics),
      server_(server),
      route_(std::move(route)),
      method_(method),
      duration_(core::histogram_of(metrics, kRequestDuration, {{"server", server_}, {"route", route_}}, kBuckets)) {
  // The first fault of ours is an alarm, and Prometheus sees a counter grow only if it was there before.
  constexpr int kFault = 500;
  counter_of(kFault);
}

prometheus::Counter& RouteMetrics::counter_of(int status) {
  auto& slot = by_status_[static_cast<std::size_t>(std::clamp(status, kFirstStatus, kLastStatus) - kFirstStatus)];
  prometheus::Counter* counter = slot.load(std::memory_order_acquire);
  if (!counter) {
    counter = &core::counter_of(metrics_, kRequestsTotal,
                                {{"server", server_},
                                 {"route", route_},
                                 {"method", std::string(to_string(method_))},
                                 {"status", std::to_string(status)}});
    slot.store(counter, std::memory_order_release);
  }
  return *counter;
}

void RouteMetrics::count(int status, double seconds) {
  counter_of(status).Increment();
  duration_.Observe(seconds);
}

RequestMetrics::RequestMetrics(core::Metrics& metrics, const std::string& server, const Router& router)
    : first_route_(router.routes().data()), connections_(core::gauge_of(metrics, kConnections, {{"server", server}})) {
  for (const Route& route : router.routes()) {
    routes_.push_back(std::make_unique<RouteMetrics>(metrics, server, route.path, route.method));
  }
  for (int method = 0; method <= static_cast<int>(Method::other); ++method) {
    others_.push_back(std::make_unique<RouteMetrics>(metrics, server, "(none)", static_cast<Method>(method)));
  }
}

RouteMetrics& RequestMetrics::of(const Route* route, Method method) {
  return route ? *routes_[static_cast<std::size_t>(route - first_route_)] : *others_[static_cast<std::size_t>(method)];
}

}  // namespace sigma::http
