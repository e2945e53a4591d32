#pragma once
#include <mutex>

#include "client.hpp"

namespace sigma::cache_redis {

/// A Lua script known to the server by its digest: sent whole only where it is not known yet.
class Script {
 public:
  explicit Script(std::string source) : source_(std::move(source)) {}
  /// Runs it on one key.
  core::Task<core::Result<Reply>> run(Client& client, std::string key, std::vector<std::string> arguments);

 private:
  core::Task<core::Result<std::string>> digest(Client& client, std::string key);

  const std::string source_;
  std::mutex mutex_;
  std::string digest_;
};

class RedisRateLimiter final : public cache::RateLimiter {
 public:
  RedisRateLimiter(Client& client, cache::MemoryRateLimiter& fallback);
  core::Task<cache::RateDecision> allow(std::string key, cache::RateLimit limit) override;
  core::Task<void> give_back(std::string key, cache::RateLimit limit) override;

 private:
  Client& client_;
  cache::MemoryRateLimiter& fallback_;
  Script take_, give_;
};

}  // namespace sigma::cache_redis
