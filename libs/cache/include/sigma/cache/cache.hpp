// What may be forgotten at any moment. Tasks, so that a cache over the network can fill them.
#pragma once
#include <optional>
#include <string>

#include "sigma/core/clock.hpp"
#include "sigma/core/task.hpp"

namespace sigma::cache {

/// Bytes by key, each for a limited time. A cache that is down is a cache that has nothing: no errors. So a value's
/// lifetime must bound the harm of an erase() that did not arrive. Thread-safe.
class Cache {
 public:
  virtual ~Cache() = default;
  virtual core::Task<std::optional<std::string>> get(std::string key) = 0;
  /// Replaces. With `ttl` ≤ 0 it only erases.
  virtual core::Task<void> put(std::string key, std::string value, core::Milliseconds ttl) = 0;
  virtual core::Task<void> erase(std::string key) = 0;
};

}  // namespace sigma::cache
