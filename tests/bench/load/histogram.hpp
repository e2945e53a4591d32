#pragma once
#include <array>
#include <bit>
#include <cstdint>

namespace sigma::bench {

/// Latencies in nanoseconds, counted in log-linear buckets as HdrHistogram does: 128 a power of two, so a percentile is
/// at most 0.8 % too high. Values above 2^40 ns (18 minutes) count as that. Not thread-safe.
class Histogram {
 public:
  void record(std::uint64_t nanoseconds);
  void merge(const Histogram& other);

  std::uint64_t count() const { return count_; }
  std::uint64_t max() const { return max_; }
  double mean() const { return count_ == 0 ? 0 : static_cast<double>(sum_) / static_cast<double>(count_); }
  /// The upper edge of the bucket below which `percent` (0 to 100) of the values lie; 0 when empty.
  std::uint64_t percentile(double percent) const;

 private:
  static constexpr int kSubBits = 7;
  static constexpr int kMaxBits = 40;
  static constexpr std::uint64_t kMaxValue = (std::uint64_t{1} << kMaxBits) - 1;
  static constexpr std::size_t kBuckets = std::size_t{kMaxBits - kSubBits + 1} << kSubBits;

  std::array<std::uint64_t, kBuckets> buckets_{};
  std::uint64_t count_ = 0;
  std::uint64_t sum_ = 0;
  std::uint64_t max_ = 0;
};

}  // namespace sigma::bench
