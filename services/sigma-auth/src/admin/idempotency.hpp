#pragma once
#include <map>
#include <mutex>
#include <optional>
#include <string>

#include "sigma/core/clock.hpp"
#include "sigma/http/message.hpp"

namespace sigma::service {

/// Answers by Idempotency-Key (draft-ietf-httpapi-idempotency-key-header), so that a repeated POST does its work once.
/// In memory: 1,000 keys for 24 hours, of this process; another replica or a restart knows nothing of them.
/// Thread-safe.
class IdempotencyKeys {
 public:
  enum class State {
    begun,        ///< the caller does the work and calls finish() or abandon()
    answered,     ///< `answer` holds what was answered before
    other,        ///< the key belongs to another request
    in_progress,  ///< the first request with this key is not done yet
    full,         ///< 1,000 requests are in progress
  };
  struct Begin {
    State state = State::begun;
    std::optional<http::Response> answer;
  };

  /// `fingerprint` stands for the whole request.
  Begin begin(const std::string& key, const std::string& fingerprint, core::UtcTime now);
  void finish(const std::string& key, http::Response answer);
  void abandon(const std::string& key);

 private:
  struct Entry {
    std::string fingerprint;
    core::UtcTime begun_at;
    std::optional<http::Response> answer;
  };
  bool make_room(core::UtcTime now);

  std::mutex mutex_;
  std::map<std::string, Entry> entries_;
};

}  // namespace sigma::service
