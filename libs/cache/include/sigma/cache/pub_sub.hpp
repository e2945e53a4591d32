// Short messages to every process at once: "this token is revoked". May be lost, and says when it may have been.
#pragma once
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "sigma/core/task.hpp"

namespace sigma::cache {

/// Delivers each message at most once to every subscriber, the sender included. Thread-safe.
class PubSub {
 public:
  struct Listener {
    /// Called on a thread of the PubSub, one message after the other; must not block.
    std::function<void(std::string_view message)> on_message;
    /// Messages may have been missed, or may be missed from now on: forget what they would have changed.
    std::function<void()> on_gap;
  };

  virtual ~PubSub() = default;
  /// False when the message certainly or possibly reaches nobody. True does not promise that everybody listens.
  virtual core::Task<bool> publish(std::string channel, std::string message) = 0;
  /// From the next connection on, at once where there is one. For the life of the PubSub; call it before traffic.
  virtual void subscribe(std::string channel, Listener listener) = 0;
  /// Whether every message published by anybody from now on would arrive here soon. False between on_gap and the next
  /// connection.
  virtual bool listening() const = 0;
};

}  // namespace sigma::cache
