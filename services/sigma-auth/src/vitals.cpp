#include "vitals.hpp"

#include <sys/resource.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "sigma/core/log.hpp"

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

}  // namespace

Vitals::Vitals(core::Metrics& metrics, Parts parts)
    : metrics_(metrics),
      parts_(parts),
      resident_(metrics.gauge("process_resident_memory_bytes", "Memory that is in RAM.")),
      cpu_(metrics.gauge("process_cpu_seconds_total", "CPU time spent, user and system.")),
      descriptors_(metrics.gauge("process_open_fds", "Open files and sockets.")),
      threads_(metrics.gauge("process_threads", "Threads.")),
      queued_reads_(metrics.gauge("db_queued", "Calls that wait for a database thread.", {{"kind", "read"}})),
      queued_writes_(metrics.gauge("db_queued", "Calls that wait for a database thread.", {{"kind", "write"}})),
      queued_signatures_(metrics.gauge("signing_queued", "RSA signatures that wait for a thread.")),
      dropped_lines_(metrics.gauge("log_lines_dropped_total", "Log lines lost because the writer was too slow.")),
      published_keys_(metrics.gauge("signing_keys_published", "Keys in the JWKS.")),
      removed_(metrics.counter("db_expired_rows_removed_total", "Expired rows that the upkeep removed.")) {
  metrics.gauge("process_start_time_seconds", "When the process began, in seconds since 1970.").Set(now_seconds());
  metrics.gauge("sigma_build_info", "1; the label says which release this is.", {{"version", SIGMA_VERSION}}).Set(1);
}

void Vitals::sample() {
  sample_process();
  queued_reads_.Set(static_cast<double>(parts_.database.queued_reads()));
  queued_writes_.Set(static_cast<double>(parts_.database.queued_writes()));
  queued_signatures_.Set(static_cast<double>(parts_.signing_pool.queued()));
  dropped_lines_.Set(static_cast<double>(core::log::dropped()));
  published_keys_.Set(static_cast<double>(parts_.keys.current()->jwks().at("keys").size()));
}

void Vitals::sample_process() {
  resident_.Set(resident_bytes());
  cpu_.Set(cpu_seconds());
  descriptors_.Set(entries("/proc/self/fd"));
  threads_.Set(entries("/proc/self/task"));
}

void Vitals::note_tables(const std::vector<store::TableSize>& sizes) {
  for (const store::TableSize& size : sizes) {
    metrics_.gauge("db_table_rows", "Rows, estimated.", {{"table", size.table}}).Set(static_cast<double>(size.rows));
    metrics_.gauge("db_table_bytes", "Bytes with indexes.", {{"table", size.table}})
        .Set(static_cast<double>(size.bytes));
  }
}

}  // namespace sigma::service
