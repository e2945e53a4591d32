// Spans of requests on their way to a collector (OpenTelemetry Protocol over HTTP, JSON encoding).
#pragma once
#include <memory>
#include <mutex>
#include <vector>

#include "config.hpp"
#include "sigma/core/metrics.hpp"
#include "sigma/core/task.hpp"
#include "sigma/http/client.hpp"
#include "sigma/http/server.hpp"

namespace sigma::service {

/// Keeps spans until the next sending, 4,096 at most: a collector that is away costs spans, never a request.
class TraceExporter {
 public:
  /// Null when the configuration names no collector.
  static core::Result<std::unique_ptr<TraceExporter>> make(const Config& config, core::Metrics& metrics);

  /// From any thread.
  void add(http::RequestSpan span);
  /// Sends every two seconds. Never ends.
  core::Task<> run();
  /// Abandons what is under way; see http::Client::stop().
  void stop() { client_->stop(); }

 private:
  TraceExporter(std::string url, std::unique_ptr<http::Client> client, core::Metrics& metrics);
  core::Task<> send(std::vector<http::RequestSpan> spans);

  const std::string url_;
  const std::unique_ptr<http::Client> client_;
  prometheus::Counter &sent_, &lost_;
  std::mutex mutex_;
  std::vector<http::RequestSpan> waiting_;
};

}  // namespace sigma::service
