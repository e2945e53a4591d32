// The trace of a connection's current request (W3C Trace Context).
#pragma once
#include <boost/asio/any_io_executor.hpp>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "sigma/core/trace.hpp"
#include "sigma/http/server.hpp"

namespace sigma::http {

/// Belongs to one session, used on its thread. Costs nothing but an empty string in the log where nobody traces.
class RequestTracer {
 public:
  explicit RequestTracer(const ServerOptions& options);

  /// For the session's coroutines, so that what they fetch elsewhere carries the trace on.
  boost::asio::any_io_executor executor(boost::asio::any_io_executor plain) const;

  /// A request begins, as a part of the caller's trace if it names one. Whether it is recorded is for us to decide,
  /// unless the caller is `trusted`.
  void begin(std::optional<std::string_view> traceparent, bool trusted);
  void end(const Request& request, const std::string& route, int status, double seconds);
  /// For the log; empty when nobody traces.
  std::string trace_id() const;

 private:
  const ServerOptions& options_;
  const std::shared_ptr<core::TraceSlot> slot_;  ///< null: nobody traces
  std::optional<std::array<std::uint8_t, 8>> parent_;
};

}  // namespace sigma::http
