#pragma once
#include <chrono>
#include <cstddef>

namespace sigma::cache_redis {

/// Circuit breaker: after `max_failures` in a row nothing is sent for `pause`; then one probe decides. No request of
/// anybody is a probe, so a server that is slow costs few of them its deadline. Not thread-safe.
class Breaker {
 public:
  enum class State { closed, open, half_open };
  using Time = std::chrono::steady_clock::time_point;

  struct Limits {
    std::size_t max_failures = 5;
    std::chrono::milliseconds pause{500};
  };
  explicit Breaker(Limits limits) : limits_(limits) {}

  State state() const { return state_; }
  /// Whether requests may pass.
  bool closed() const { return state_ == State::closed; }
  /// True when a probe is to be sent now; its outcome is to be told by success() or failure().
  bool begin_probe(Time now) {
    if (state_ != State::open || now < open_until_) return false;
    state_ = State::half_open;
    return true;
  }
  void success() {
    // An answer to what was sent before the breaker opened proves nothing: the probe does.
    if (state_ == State::open) return;
    failures_ = 0;
    state_ = State::closed;
  }
  void failure(Time now) {
    if (state_ == State::open) return;
    if (state_ == State::closed && ++failures_ < limits_.max_failures) return;
    state_ = State::open;
    open_until_ = now + limits_.pause;
  }

 private:
  Limits limits_;
  State state_ = State::closed;
  std::size_t failures_ = 0;
  Time open_until_{};
};

}  // namespace sigma::cache_redis
