// What an operator watches besides requests: the process, its queues, its keys, its tables.
#pragma once
#include <mutex>
#include <vector>

#include "sigma/core/clock.hpp"
#include "sigma/core/metrics.hpp"
#include "sigma/core/work_pool.hpp"
#include "sigma/oauth/audit/audit_log.hpp"
#include "sigma/store/connection_use.hpp"
#include "sigma/store/database.hpp"
#include "sigma/store/loop_counts.hpp"
#include "sigma/store/table_sizes.hpp"

namespace sigma::oauth {
struct Engine;
}

namespace sigma::service {

/// Gauges that are read at the moment somebody scrapes. Thread-safe.
class Vitals {
 public:
  struct Parts {
    const store::Database& database;
    const store::ConnectionUse& connections;
    std::int64_t max_connections;
    const store::LoopCounts& loops;
    const core::WorkPool& signing_pool;
    const oauth::Engine& engine;
    const oauth::AuditLog& audit_log;
  };
  Vitals(core::Metrics& metrics, Parts parts);

  /// Brings everything up to date but what note_…() is told.
  void sample();
  /// Tables are measured now and then by the upkeep: it costs more than a look.
  void note_tables(const std::vector<store::TableSize>& sizes);
  void note_database(std::int64_t bytes) { database_bytes_.Set(static_cast<double>(bytes)); }
  /// All keys, at this moment.
  void note_keys(const std::vector<store::SigningKey>& keys, core::UtcTime now);
  void note_removed(std::size_t rows) { removed_.Increment(static_cast<double>(rows)); }

 private:
  void sample_process();
  void sample_database();
  void sample_caches();

  core::Metrics& metrics_;
  const Parts parts_;
  std::mutex sampling_;  ///< two who scrape at once must not add twice
  prometheus::Gauge &resident_, &descriptors_, &threads_;
  prometheus::Gauge &queued_reads_, &queued_writes_, &queued_signatures_, &queued_events_;
  prometheus::Gauge &open_connections_, &busy_connections_;
  prometheus::Gauge &reading_loops_, &writing_loops_, &loop_reads_, &loop_writes_;
  prometheus::Gauge &published_keys_, &live_tokens_, &database_bytes_;
  prometheus::Counter &live_token_hits_, &live_token_misses_, &client_hits_, &client_misses_, &document_hits_,
      &document_misses_;
  prometheus::Counter &cpu_, &dropped_lines_, &lost_events_, &removed_;
};

}  // namespace sigma::service
