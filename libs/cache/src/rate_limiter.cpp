#include "sigma/cache/rate_limiter.hpp"

#include <algorithm>

namespace sigma::cache {
namespace {

core::Milliseconds round_up(std::int64_t microseconds) {
  return core::Milliseconds{(microseconds + 999) / 1000};
}

}  // namespace

RateDecision decide(std::int64_t& theoretical_arrival_us, std::int64_t now_us, RateLimit limit) {
  const std::int64_t window = limit.window.count() * 1000;
  const std::int64_t interval = std::max<std::int64_t>(1, window / limit.limit);
  // A clock that was set back must not lock anybody out for longer than a window.
  theoretical_arrival_us = std::clamp(theoretical_arrival_us, now_us, now_us + window);
  const std::int64_t next = theoretical_arrival_us + interval;
  const std::int64_t room = now_us + interval * limit.limit - next;
  if (room < 0) {
    return {.allowed = false,
            .remaining = 0,
            .retry_after = round_up(-room),
            .reset_after = round_up(theoretical_arrival_us - now_us)};
  }
  theoretical_arrival_us = next;
  return {.allowed = true,
          .remaining = room / interval,
          .retry_after = core::Milliseconds{0},
          .reset_after = round_up(next - now_us)};
}

void undo(std::int64_t& theoretical_arrival_us, RateLimit limit) {
  const std::int64_t interval = std::max<std::int64_t>(1, limit.window.count() * 1000 / limit.limit);
  theoretical_arrival_us = std::max<std::int64_t>(0, theoretical_arrival_us - interval);
}

}  // namespace sigma::cache
