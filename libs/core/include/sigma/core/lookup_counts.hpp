#pragma once
#include <atomic>
#include <cstdint>

namespace sigma::core {

/// How often a memory had what it was asked for. Thread-safe.
struct LookupCounts {
  void count(bool hit) { (hit ? hits : misses).fetch_add(1, std::memory_order_relaxed); }
  std::atomic<std::uint64_t> hits{0}, misses{0};
};

}  // namespace sigma::core
