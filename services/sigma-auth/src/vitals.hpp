// What an operator watches besides requests: the process, its queues, its keys, its tables.
#pragma once
#include <map>
#include <string>
#include <vector>

#include "sigma/core/clock.hpp"
#include "sigma/core/metrics.hpp"
#include "sigma/core/work_pool.hpp"
#include "sigma/oauth/keys/key_manager.hpp"
#include "sigma/store/database.hpp"
#include "sigma/store/table_sizes.hpp"

namespace sigma::service {

/// Gauges that are read at the moment somebody scrapes. Thread-safe.
class Vitals {
 public:
  struct Parts {
    const store::Database& database;
    const core::WorkPool& signing_pool;
    const oauth::KeyManager& keys;
  };
  Vitals(core::Metrics& metrics, Parts parts);

  /// Brings all gauges up to date but the tables'.
  void sample();
  /// Tables are measured now and then by the upkeep: it costs more than a look.
  void note_tables(const std::vector<store::TableSize>& sizes);
  void note_removed(std::size_t rows) { removed_.Increment(static_cast<double>(rows)); }

 private:
  void sample_process();

  core::Metrics& metrics_;
  const Parts parts_;
  prometheus::Gauge &resident_, &cpu_, &descriptors_, &threads_;
  prometheus::Gauge &queued_reads_, &queued_writes_, &queued_signatures_, &dropped_lines_, &published_keys_;
  prometheus::Counter& removed_;
};

}  // namespace sigma::service
