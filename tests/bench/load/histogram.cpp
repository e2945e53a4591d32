#include "histogram.hpp"

#include <algorithm>
#include <cmath>

namespace sigma::bench {

void Histogram::record(std::uint64_t nanoseconds) {
  const auto value = std::min(nanoseconds, kMaxValue);
  // Below 2^(kSubBits + 1) a bucket is one nanosecond wide; from there each doubling of the value doubles the width.
  const auto shift = static_cast<std::uint64_t>(std::max(0, static_cast<int>(std::bit_width(value)) - kSubBits - 1));
  ++buckets_[(shift << kSubBits) + (value >> shift)];
  ++count_;
  sum_ += value;
  max_ = std::max(max_, value);
}

void Histogram::merge(const Histogram& other) {
  for (std::size_t i = 0; i < kBuckets; ++i) buckets_[i] += other.buckets_[i];
  count_ += other.count_;
  sum_ += other.sum_;
  max_ = std::max(max_, other.max_);
}

std::uint64_t Histogram::percentile(double percent) const {
  if (count_ == 0) return 0;
  const auto rank = static_cast<std::uint64_t>(std::ceil(static_cast<double>(count_) * percent / 100));
  std::uint64_t seen = 0;
  for (std::size_t i = 0; i < kBuckets; ++i) {
    seen += buckets_[i];
    if (seen < std::max<std::uint64_t>(rank, 1)) continue;
    const std::uint64_t shift = i < (std::size_t{2} << kSubBits) ? 0 : (i >> kSubBits) - 1;
    const std::uint64_t upper = ((i - (shift << kSubBits) + 1) << shift) - 1;
    return std::min(upper, max_);
  }
  return max_;
}

}  // namespace sigma::bench
