#pragma once
#include <chrono>
#include <list>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

#include "sigma/core/clock.hpp"
#include "sigma/core/result.hpp"
#include "sigma/core/task.hpp"

namespace sigma::oauth {

/// Counts attempts per key and says when there were too many.
class AttemptLimiter {
 public:
  using Wait = std::optional<std::chrono::seconds>;  ///< nothing: go ahead

  virtual ~AttemptLimiter() = default;
  /// Counts one attempt if it is within the limit; otherwise how long to wait (at least 1 s). Counting comes before the
  /// work, so that parallel attempts count one by one.
  virtual core::Task<core::Result<Wait>> take(std::string key) = 0;
  /// An attempt that turned out to be none.
  virtual core::Task<core::Result<void>> give_back(std::string key) = 0;
};

/// In this process: at most `max_attempts` per key within a window that begins with the first. Remembers at most
/// `max_keys`; beyond that the oldest window is forgotten, so memory stays flat under attack. Thread-safe.
class WindowLimiter final : public AttemptLimiter {
 public:
  struct Limit {
    std::size_t max_attempts;
    std::chrono::seconds window;
    std::size_t max_keys = 10'000;
  };
  WindowLimiter(const core::Clock& clock, Limit limit) : clock_(clock), limit_(limit) {}

  core::Task<core::Result<Wait>> take(std::string key) override;
  core::Task<core::Result<void>> give_back(std::string key) override;
  std::size_t remembered_keys() const;

 private:
  struct Window {
    std::string key;
    core::UtcTime ends_at;
    std::size_t attempts = 0;
  };
  using Windows = std::list<Window>;  ///< oldest first: all windows have the same length

  Wait count(const std::string& key);
  void forget_oldest();

  const core::Clock& clock_;
  const Limit limit_;
  mutable std::mutex mutex_;
  Windows windows_;
  std::unordered_map<std::string_view, Windows::iterator> by_key_;  ///< views into windows_
};

/// The part of an IP address that one customer of a network holds: an IPv4 address, an IPv6 /64.
std::string network_of(std::string_view ip_address);

}  // namespace sigma::oauth
