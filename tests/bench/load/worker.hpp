#pragma once
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <memory>
#include <string>
#include <vector>

#include "load_test.hpp"
#include "sigma/crypto/random.hpp"

namespace sigma::bench {

using SteadyClock = std::chrono::steady_clock;

/// When the workers of one repetition run, and how fast. `rate` and `max_operations` are one worker's share.
struct Phase {
  SteadyClock::time_point start;
  SteadyClock::time_point end;
  double rate = 0;
  std::uint64_t max_operations = 0;
};

struct Tally {
  Histogram latency;
  std::uint64_t errors = 0;
  std::string first_error;
  std::uint64_t started = 0;
  /// Open loop: intended starts that no connection was free for before the phase ended.
  std::uint64_t missed = 0;

  void fail(const core::Error& error);
};

/// One thread's event loop and its share of the connections, which live on from phase to phase.
class Worker {
 public:
  Worker(const LoadOptions& options, std::size_t connections);

  core::Result<void> prepare();
  Tally run(const Phase& phase);

 private:
  struct Lane {
    Connection connection;
    std::unique_ptr<Scenario> scenario;
    bool ready = false;
  };

  core::Task<core::Result<void>> prepare_all();
  core::Task<void> drive(Lane& lane, const Phase& phase, Tally& tally);
  /// Waits for the next intended start; its time, or nothing when the phase is over.
  core::Task<std::optional<SteadyClock::time_point>> next_start(const Phase& phase, Tally& tally);
  /// One operation, after preparing again if the last one failed.
  core::Task<core::Result<void>> operate(Lane& lane);
  /// Closes every connection when the phase is long over, so that a server that hangs cannot hang the driver.
  core::Task<void> cut_off();

  crypto::SystemRandom random_;
  boost::asio::io_context context_{1};
  boost::asio::steady_timer watchdog_{context_};
  std::vector<std::unique_ptr<Lane>> lanes_;
  std::size_t driving_ = 0;
};

}  // namespace sigma::bench
