#pragma once
#include <chrono>
#include <optional>
#include <string>

#include "sigma/cache/rate_limiter.hpp"
#include "sigma/core/task.hpp"

namespace sigma::oauth {

/// Counts attempts at one thing per key, over all replicas, and says when there were too many.
class AttemptLimiter {
 public:
  using Wait = std::optional<std::chrono::seconds>;  ///< nothing: go ahead

  /// `rule` keeps this thing's counts apart from others' in `limiter`.
  AttemptLimiter(cache::RateLimiter& limiter, std::string rule, cache::RateLimit limit)
      : limiter_(limiter), rule_(std::move(rule)), limit_(limit) {}

  /// Counts one attempt if it is within the limit; otherwise how long to wait (at least 1 s). Counting comes before the
  /// work, so that parallel attempts count one by one.
  core::Task<Wait> take(std::string key);
  /// An attempt that turned out to be none.
  core::Task<void> give_back(std::string key);

 private:
  cache::RateLimiter& limiter_;
  const std::string rule_;
  const cache::RateLimit limit_;
};

}  // namespace sigma::oauth
