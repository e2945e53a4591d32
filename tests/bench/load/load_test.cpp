#include "load_test.hpp"

#include <future>

#include "process_stats.hpp"
#include "worker.hpp"

namespace sigma::bench {
namespace {

using Workers = std::vector<std::unique_ptr<Worker>>;

Workers make_workers(const LoadOptions& options) {
  Workers workers;
  for (std::size_t i = 0; i < options.threads; ++i) {
    const auto share = options.connections / options.threads + (i < options.connections % options.threads ? 1 : 0);
    workers.push_back(std::make_unique<Worker>(options, share));
  }
  return workers;
}

std::uint64_t share_of(std::uint64_t total, std::size_t threads) {
  return (total + threads - 1) / threads;
}

std::vector<Tally> run_phase(Workers& workers, const LoadOptions& options, std::chrono::milliseconds length) {
  Phase phase;
  phase.start = SteadyClock::now();
  phase.end = phase.start + length;
  phase.rate = options.rate / static_cast<double>(workers.size());
  phase.max_operations = share_of(options.max_operations, workers.size());
  std::vector<std::future<Tally>> running;
  for (auto& worker : workers) {
    running.push_back(std::async(std::launch::async, [&worker, phase] { return worker->run(phase); }));
  }
  std::vector<Tally> tallies;
  for (auto& result : running) tallies.push_back(result.get());
  return tallies;
}

core::Result<Measurement> measure(Workers& workers, const LoadOptions& options) {
  SIGMA_TRY(const auto before, read_process_stats(options.server_pids));
  const auto driver_before = own_cpu_seconds();
  const auto start = SteadyClock::now();
  const auto tallies = run_phase(workers, options, options.duration);
  const std::chrono::duration<double> elapsed = SteadyClock::now() - start;
  SIGMA_TRY(const auto after, read_process_stats(options.server_pids));

  Measurement m;
  for (const auto& tally : tallies) {
    m.latency.merge(tally.latency);
    m.errors += tally.errors;
    m.missed += tally.missed;
    if (m.first_error.empty()) m.first_error = tally.first_error;
  }
  m.seconds = elapsed.count();
  const auto operations = static_cast<double>(std::max<std::uint64_t>(m.latency.count(), 1));
  m.server_cpu_us = (after.cpu_seconds - before.cpu_seconds) * 1e6 / operations;
  m.driver_cpu_us = (own_cpu_seconds() - driver_before) * 1e6 / operations;
  m.context_switches = static_cast<double>(after.context_switches - before.context_switches) / operations;
  m.resident_kib = after.resident_kib;
  return m;
}

}  // namespace

core::Result<LoadResult> run_load_test(const LoadOptions& options) {
  auto workers = make_workers(options);
  for (auto& worker : workers) SIGMA_CHECK(worker->prepare());
  LoadResult result;
  if (options.warm_up.count() > 0) {
    for (const auto& tally : run_phase(workers, options, options.warm_up))
      result.warm_up_operations += tally.latency.count();
  }
  for (int i = 0; i < options.repetitions; ++i) {
    SIGMA_TRY(auto measurement, measure(workers, options));
    result.measurements.push_back(std::move(measurement));
  }
  return result;
}

}  // namespace sigma::bench
