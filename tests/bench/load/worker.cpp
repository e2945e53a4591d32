#include "worker.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/detached.hpp>
#include <exception>

namespace sigma::bench {
namespace {

namespace asio = boost::asio;
using std::chrono::nanoseconds;

constexpr auto kToken = asio::as_tuple(asio::use_awaitable);
/// How long after a phase answers may still come in.
constexpr std::chrono::seconds kGrace{5};
/// Pause of a connection that failed: a server that refuses everything must not be asked in a tight loop.
constexpr std::chrono::milliseconds kPauseAfterError{20};

/// For co_spawn: an exception in a coroutine is a bug of the driver, and ends it.
constexpr auto kRethrow = [](const std::exception_ptr& error) {
  if (error) std::rethrow_exception(error);
};

}  // namespace

void Tally::fail(const core::Error& error) {
  if (errors++ == 0) first_error = error.description();
}

Worker::Worker(const LoadOptions& options, std::size_t connections) {
  for (std::size_t i = 0; i < connections; ++i) {
    lanes_.push_back(std::make_unique<Lane>(Lane{Connection(context_.get_executor(), options.server),
                                                 options.scenario->make(options.authority, options.client, random_)}));
  }
}

core::Result<void> Worker::prepare() {
  std::optional<core::Result<void>> outcome;
  asio::co_spawn(context_, prepare_all(), [&outcome](const std::exception_ptr& error, core::Result<void> result) {
    kRethrow(error);
    outcome = std::move(result);
  });
  context_.restart();
  context_.run();
  return *outcome;
}

core::Task<core::Result<void>> Worker::prepare_all() {
  for (auto& lane : lanes_) {
    SIGMA_CO_CHECK(co_await lane->scenario->prepare(lane->connection));
    lane->ready = true;
  }
  co_return core::Result<void>{};
}

Tally Worker::run(const Phase& phase) {
  Tally tally;
  driving_ = lanes_.size();
  for (auto& lane : lanes_) asio::co_spawn(context_, drive(*lane, phase, tally), kRethrow);
  watchdog_.expires_at(phase.end + kGrace);
  asio::co_spawn(context_, cut_off(), kRethrow);
  context_.restart();
  context_.run();
  if (phase.rate > 0 && phase.max_operations == 0) {
    const std::chrono::duration<double> length = phase.end - phase.start;
    const auto due = static_cast<std::uint64_t>(phase.rate * length.count());
    tally.missed = due > tally.started ? due - tally.started : 0;
  }
  return tally;
}

core::Task<void> Worker::drive(Lane& lane, const Phase& phase, Tally& tally) {
  while (const auto start = co_await next_start(phase, tally)) {
    const auto result = co_await operate(lane);
    if (result) {
      tally.latency.record(static_cast<std::uint64_t>(nanoseconds(SteadyClock::now() - *start).count()));
      continue;
    }
    tally.fail(result.error());
    asio::steady_timer pause(context_, kPauseAfterError);
    co_await pause.async_wait(kToken);
  }
  if (--driving_ == 0) watchdog_.cancel();
}

core::Task<std::optional<SteadyClock::time_point>> Worker::next_start(const Phase& phase, Tally& tally) {
  const auto now = SteadyClock::now();
  const bool enough = phase.max_operations != 0 && tally.started >= phase.max_operations;
  if (enough || now >= phase.end) co_return std::nullopt;
  if (phase.rate == 0) {
    ++tally.started;
    co_return now;
  }
  // Intended starts are evenly spaced whatever the server does. A connection that comes late takes the oldest one still
  // open, and the time it waited for a free connection is part of its latency (no coordinated omission).
  const auto offset = std::chrono::duration<double>(static_cast<double>(tally.started) / phase.rate);
  const auto intended = phase.start + std::chrono::duration_cast<SteadyClock::duration>(offset);
  if (intended >= phase.end) co_return std::nullopt;
  ++tally.started;
  if (intended > now) {
    asio::steady_timer timer(context_, intended);
    co_await timer.async_wait(kToken);
  }
  co_return intended;
}

core::Task<core::Result<void>> Worker::operate(Lane& lane) {
  if (!lane.ready) SIGMA_CO_CHECK(co_await lane.scenario->prepare(lane.connection));
  lane.ready = false;
  SIGMA_CO_CHECK(co_await lane.scenario->step(lane.connection));
  lane.ready = true;
  co_return core::Result<void>{};
}

core::Task<void> Worker::cut_off() {
  const auto [cancelled] = co_await watchdog_.async_wait(kToken);
  if (cancelled) co_return;
  for (auto& lane : lanes_) lane->connection.close();
}

}  // namespace sigma::bench
