// Counters of finished requests, one set a route; resolved at start-up or on the first answer of a status.
#pragma once
#include <array>
#include <atomic>
#include <string>
#include <vector>

#include "sigma/core/metrics.hpp"
#include "sigma/http/router.hpp"

namespace sigma::http {

/// Thread-safe.
class RouteMetrics {
 public:
  RouteMetrics(core::Metrics& metrics, const std::string& server, std::string route, Method method);
  void count(int status, double seconds);
  const std::string& route() const { return route_; }

 private:
  static constexpr int kFirstStatus = 100, kLastStatus = 599;

  prometheus::Counter& counter_of(int status);

  core::Metrics& metrics_;
  std::string server_;
  std::string route_;
  Method method_;
  prometheus::Histogram& duration_;
  std::array<std::atomic<prometheus::Counter*>, kLastStatus - kFirstStatus + 1> by_status_{};
};

class RequestMetrics {
 public:
  RequestMetrics(core::Metrics& metrics, const std::string& server, const Router& router);

  /// Of a route; for null: what no route answered (404, 405, OPTIONS, malformed), by method.
  RouteMetrics& of(const Route* route, Method method);
  prometheus::Gauge& connections() { return connections_; }

 private:
  const Route* first_route_;
  std::vector<std::unique_ptr<RouteMetrics>> routes_;
  std::vector<std::unique_ptr<RouteMetrics>> others_;
  prometheus::Gauge& connections_;
};

}  // namespace sigma::http
