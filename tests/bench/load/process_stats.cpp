#include "process_stats.hpp"

#include <fmt/format.h>
#include <sys/resource.h>
#include <unistd.h>

#include <charconv>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>

namespace sigma::bench {
namespace {

std::string read_file(const std::filesystem::path& path) {
  std::ifstream in(path);
  std::ostringstream text;
  text << in.rdbuf();
  return std::move(text).str();
}

/// The number behind "\nname:" in a /proc/…/status text; 0 when it is not there.
std::uint64_t status_field(std::string_view status, std::string_view name) {
  const auto at = status.find(fmt::format("\n{}:", name));
  if (at == std::string_view::npos) return 0;
  const auto digits = status.find_first_of("0123456789", at);
  if (digits == std::string_view::npos) return 0;
  std::uint64_t value = 0;
  std::from_chars(status.data() + digits, status.data() + status.size(), value);
  return value;
}

/// utime + stime of /proc/<pid>/stat (proc(5)); the command name before them may hold blanks and brackets.
double cpu_seconds(const std::string& stat) {
  const auto name_end = stat.rfind(')');
  if (name_end == std::string::npos) return 0;
  std::istringstream fields(stat.substr(name_end + 1));
  std::string skipped;
  for (int i = 0; i < 11; ++i) fields >> skipped;
  double user = 0;
  double system = 0;
  fields >> user >> system;
  return (user + system) / static_cast<double>(sysconf(_SC_CLK_TCK));
}

}  // namespace

core::Result<ProcessStats> read_process_stats(const std::vector<pid_t>& pids) {
  ProcessStats sum;
  for (const auto pid : pids) {
    const std::filesystem::path folder = fmt::format("/proc/{}", pid);
    const auto stat = read_file(folder / "stat");
    if (stat.empty()) return core::Error(core::Code::not_found, fmt::format("Process {} is gone.", pid));
    sum.cpu_seconds += cpu_seconds(stat);
    sum.resident_kib += status_field(read_file(folder / "status"), "VmRSS");
    std::error_code gone;  // a thread may end while we look
    for (std::filesystem::directory_iterator task(folder / "task", gone), end; !gone && task != end;
         task.increment(gone)) {
      const auto status = read_file(task->path() / "status");
      sum.context_switches +=
          status_field(status, "voluntary_ctxt_switches") + status_field(status, "nonvoluntary_ctxt_switches");
    }
  }
  return sum;
}

double own_cpu_seconds() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  const auto seconds = [](const timeval& t) {
    return static_cast<double>(t.tv_sec) + static_cast<double>(t.tv_usec) / 1e6;
  };
  return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

}  // namespace sigma::bench
