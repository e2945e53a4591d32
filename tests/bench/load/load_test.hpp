#pragma once
#include <sys/types.h>

#include <boost/asio/ip/tcp.hpp>
#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

#include "histogram.hpp"
#include "oauth_user.hpp"
#include "scenario.hpp"

namespace sigma::bench {

struct LoadOptions {
  boost::asio::ip::tcp::endpoint server;  ///< loopback only
  std::string authority;                  ///< sent as Host
  const ScenarioInfo* scenario = nullptr;
  ClientConfig client;
  std::size_t connections = 8;
  std::size_t threads = 1;
  std::chrono::milliseconds warm_up{1000};
  std::chrono::milliseconds duration{5000};
  std::uint64_t max_operations = 0;  ///< per repetition; 0: only time limits
  /// Operations a second over all connections, at evenly spaced intended starts; 0: closed loop, each connection sends
  /// its next request when it has the answer to the last one.
  double rate = 0;
  int repetitions = 3;
  std::vector<pid_t> server_pids;
};

/// One repetition.
struct Measurement {
  Histogram latency;  ///< closed loop: from sending; open loop: from the intended start, so waiting counts
  std::uint64_t errors = 0;
  std::string first_error;
  std::uint64_t missed = 0;  ///< open loop: operations that were due and found no free connection in time
  double seconds = 0;
  double server_cpu_us = 0;        ///< per operation
  double driver_cpu_us = 0;        ///< per operation
  double context_switches = 0;     ///< of the server, per operation
  std::uint64_t resident_kib = 0;  ///< of the server, right after

  double per_second() const { return seconds > 0 ? static_cast<double>(latency.count()) / seconds : 0; }
};

struct LoadResult {
  std::uint64_t warm_up_operations = 0;
  std::vector<Measurement> measurements;  ///< one a repetition
};

/// Code::unavailable when not even the preparation succeeds; failing operations are counted instead.
core::Result<LoadResult> run_load_test(const LoadOptions& options);

}  // namespace sigma::bench
