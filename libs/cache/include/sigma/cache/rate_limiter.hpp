#pragma once
#include <cstdint>
#include <string>

#include "sigma/core/clock.hpp"
#include "sigma/core/task.hpp"

namespace sigma::cache {

/// `limit` requests at once, and from then on one each `window / limit`.
struct RateLimit {
  std::int64_t limit = 60;            ///< 1 to 1,000,000
  core::Milliseconds window{60'000};  ///< 1 ms to 1 day
};

struct RateDecision {
  bool allowed = true;
  std::int64_t remaining = 0;         ///< further requests that would be allowed now
  core::Milliseconds retry_after{0};  ///< until the next request would be allowed; 0 when allowed
  core::Milliseconds reset_after{0};  ///< until all of the limit would be there again
};

/// Token bucket in the form of the Generic Cell Rate Algorithm: one time stamp a key. A refused request costs nothing.
/// Thread-safe. Never open: an implementation that loses its server decides by itself, more strictly.
class RateLimiter {
 public:
  virtual ~RateLimiter() = default;
  /// Counts a request of `key` (rule and caller, such as "token|203.0.113.7"). Counting comes before the work, so that
  /// parallel requests count one by one.
  virtual core::Task<RateDecision> allow(std::string key, RateLimit limit) = 0;
  /// Takes one allowed request back: it turned out to be none that counts. Never makes room for more than `limit`.
  virtual core::Task<void> give_back(std::string key, RateLimit limit) = 0;
};

/// The algorithm over one key's state, for every implementation: `theoretical_arrival_us` is 0 for an unknown key.
/// Microseconds.
RateDecision decide(std::int64_t& theoretical_arrival_us, std::int64_t now_us, RateLimit limit);
/// What give_back() does to that state.
void undo(std::int64_t& theoretical_arrival_us, RateLimit limit);

}  // namespace sigma::cache
