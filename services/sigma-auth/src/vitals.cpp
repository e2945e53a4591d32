#include "vitals.hpp"

#include <sys/resource.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "metrics_table.hpp"
#include "sigma/core/log.hpp"
#include "sigma/oauth/engine.hpp"

namespace sigma::service {
namespace {

double now_seconds() {
  return static_cast<double>(core::SystemClock{}.now().ms) / 1'000;
}

/// Entries of a folder of /proc/self: open files, threads. 0 where there is no /proc.
double entries(const char* folder) {
  std::error_code ignored;
  std::filesystem::directory_iterator all(folder, ignored);
  return static_cast<double>(std::distance(begin(all), end(all)));
}

double resident_bytes() {
  std::ifstream file("/proc/self/statm");
  double total = 0, resident = 0;
  file >> total >> resident;
  return resident * static_cast<double>(::sysconf(_SC_PAGESIZE));
}

double cpu_seconds() {
  rusage usage{};
  ::getrusage(RUSAGE_SELF, &usage);
  const auto seconds = [](const timeval& time) {
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
  };
  return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

prometheus::Counter& cache_counter(core::Metrics& metrics, const char* cache, const char* outcome) {
  return core::counter_of(metrics, metric::kCacheLookups, {{"cache", cache}, {"outcome", outcome}});
}

// Of a total that is kept elsewhere.
void bring_to(prometheus::Counter& counter, double total) {
  counter.Increment(total - counter.Value());
}

}  // namespace

Vitals::Vitals(core::Metrics& metrics, Parts parts)
    : metrics_(metrics),
      parts_(parts),
      resident_(core::gauge_of(metrics, metric::kResidentMemory)),
      descriptors_(core::gauge_of(metrics, metric::kOpenFiles)),
      threads_(core::gauge_of(metrics, metric::kThreads)),
      queued_reads_(core::gauge_of(metrics, metric::kQueued, {{"kind", "read"}})),
      queued_writes_(core::gauge_of(metrics, metric::kQueued, {{"kind", "write"}})),
      queued_signatures_(core::gauge_of(metrics, metric::kSigningQueued)),
      queued_events_(core::gauge_of(metrics, metric::kAuditQueued)),
      open_connections_(core::gauge_of(metrics, metric::kConnections, {{"state", "open"}})),
      busy_connections_(core::gauge_of(metrics, metric::kConnections, {{"state", "busy"}})),
      reading_loops_(core::gauge_of(metrics, metric::kLoopConnections, {{"kind", "read"}})),
      writing_loops_(core::gauge_of(metrics, metric::kLoopConnections, {{"kind", "write"}})),
      loop_reads_(core::gauge_of(metrics, metric::kLoopWaiting, {{"kind", "read"}})),
      loop_writes_(core::gauge_of(metrics, metric::kLoopWaiting, {{"kind", "write"}})),
      published_keys_(core::gauge_of(metrics, metric::kKeysPublished)),
      live_tokens_(core::gauge_of(metrics, metric::kLiveTokens)),
      database_bytes_(core::gauge_of(metrics, metric::kDatabaseBytes)),
      live_token_hits_(cache_counter(metrics, "live_tokens", "hit")),
      live_token_misses_(cache_counter(metrics, "live_tokens", "miss")),
      client_hits_(cache_counter(metrics, "clients", "hit")),
      client_misses_(cache_counter(metrics, "clients", "miss")),
      document_hits_(cache_counter(metrics, "client_documents", "hit")),
      document_misses_(cache_counter(metrics, "client_documents", "miss")),
      cpu_(core::counter_of(metrics, metric::kCpuSeconds)),
      dropped_lines_(core::counter_of(metrics, metric::kLogLinesDropped)),
      lost_events_(core::counter_of(metrics, metric::kAuditLost)),
      removed_(core::counter_of(metrics, metric::kRowsRemoved)) {
  core::gauge_of(metrics, metric::kConnections, {{"state", "allowed"}}).Set(static_cast<double>(parts.max_connections));
  core::gauge_of(metrics, metric::kStartTime).Set(now_seconds());
  core::gauge_of(metrics, metric::kBuildInfo, {{"version", SIGMA_VERSION}}).Set(1);
}

void Vitals::sample() {
  const std::lock_guard lock(sampling_);
  sample_process();
  sample_database();
  sample_caches();
  queued_signatures_.Set(static_cast<double>(parts_.signing_pool.queued()));
  queued_events_.Set(static_cast<double>(parts_.audit_log.queued()));
  published_keys_.Set(static_cast<double>(parts_.engine.keys.current()->jwks().at("keys").size()));
  bring_to(dropped_lines_, static_cast<double>(core::log::dropped()));
  bring_to(lost_events_, static_cast<double>(parts_.audit_log.lost()));
}

void Vitals::sample_database() {
  queued_reads_.Set(static_cast<double>(parts_.database.queued_reads()));
  queued_writes_.Set(static_cast<double>(parts_.database.queued_writes()));
  open_connections_.Set(static_cast<double>(parts_.connections.open));
  busy_connections_.Set(static_cast<double>(parts_.connections.busy));
  reading_loops_.Set(static_cast<double>(parts_.loops.reads.connections));
  writing_loops_.Set(static_cast<double>(parts_.loops.writes.connections));
  loop_reads_.Set(static_cast<double>(parts_.loops.reads.waiting));
  loop_writes_.Set(static_cast<double>(parts_.loops.writes.waiting));
}

void Vitals::sample_caches() {
  const oauth::Engine& engine = parts_.engine;
  live_tokens_.Set(static_cast<double>(engine.live_tokens.remembered()));
  const core::LookupCounts &tokens = engine.live_tokens.lookups(), &clients = engine.clients.lookups();
  const core::LookupCounts &documents = engine.client_documents.lookups(), &keys = engine.client_resources.lookups();
  bring_to(live_token_hits_, static_cast<double>(tokens.hits));
  bring_to(live_token_misses_, static_cast<double>(tokens.misses));
  bring_to(client_hits_, static_cast<double>(clients.hits));
  bring_to(client_misses_, static_cast<double>(clients.misses));
  bring_to(document_hits_, static_cast<double>(documents.hits + keys.hits));
  bring_to(document_misses_, static_cast<double>(documents.misses + keys.misses));
}

void Vitals::sample_process() {
  resident_.Set(resident_bytes());
  descriptors_.Set(entries("/proc/self/fd"));
  threads_.Set(entries("/proc/self/task"));
  bring_to(cpu_, cpu_seconds());
}

void Vitals::note_tables(const std::vector<store::TableSize>& sizes) {
  for (const store::TableSize& size : sizes) {
    core::gauge_of(metrics_, metric::kTableRows, {{"table", size.table}}).Set(static_cast<double>(size.rows));
    core::gauge_of(metrics_, metric::kTableBytes, {{"table", size.table}}).Set(static_cast<double>(size.bytes));
  }
}

void Vitals::note_keys(const std::vector<store::SigningKey>& keys, core::UtcTime now) {
  for (const store::SigningKey& key : keys) {
    if (now < key.active_from || (key.retired_at && *key.retired_at <= now)) continue;
    core::gauge_of(metrics_, metric::kKeyActiveSince, {{"alg", key.algorithm}})
        .Set(static_cast<double>(key.active_from.ms) / 1'000);
  }
}

}  // namespace sigma::service
