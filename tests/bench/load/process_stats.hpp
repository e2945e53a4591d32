#pragma once
#include <sys/types.h>

#include <cstdint>
#include <vector>

#include "sigma/core/result.hpp"

namespace sigma::bench {

/// What the kernel has counted for some processes so far, summed up.
struct ProcessStats {
  double cpu_seconds = 0;              ///< user and system, all threads; 10 ms steps
  std::uint64_t context_switches = 0;  ///< of threads that are alive
  std::uint64_t resident_kib = 0;
};

/// Reads /proc. Code::not_found when one of the processes is gone.
core::Result<ProcessStats> read_process_stats(const std::vector<pid_t>& pids);
/// The driver's own CPU time so far.
double own_cpu_seconds();

}  // namespace sigma::bench
