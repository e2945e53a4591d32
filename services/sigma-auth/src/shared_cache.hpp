#pragma once
#include <memory>

#include "config.hpp"
#include "sigma/cache/memory.hpp"
#include "sigma/cache_redis/redis.hpp"
#include "sigma/core/clock.hpp"
#include "sigma/core/metrics.hpp"

namespace sigma::service {

/// What may be forgotten: in Redis, shared by all replicas, when SIGMA_REDIS_URL names one, else in this process.
/// docs/reference/without-redis.md says of each use what happens while Redis is away.
class SharedCache {
 public:
  /// Does not wait for Redis. `clock`: of what is kept in this process (core::SteadyClock). Code::invalid_input when
  /// SIGMA_REDIS_CA_FILE cannot be used.
  static core::Result<std::unique_ptr<SharedCache>> open(const Config& config, const core::Clock& clock,
                                                         core::Metrics& metrics);

  cache::Cache& cache() { return redis_ ? redis_->cache() : local_cache_; }
  cache::RateLimiter& limiter() { return shared_limiter_ ? *shared_limiter_ : local_limiter_; }
  /// Reaches all replicas; nullptr without Redis, because others may work on the same database and hear nothing.
  cache::PubSub* revocations() { return redis_ ? &redis_->pub_sub() : nullptr; }

  /// "in_process", "redis", or "redis_unavailable": each replica goes on by itself.
  std::string_view state() const;
  bool shared() const { return redis_ != nullptr; }
  /// One round trip to Redis; only when shared().
  core::Task<core::Result<std::chrono::microseconds>> ping() { return redis_->ping(); }
  /// Call it when the servers have stopped, and nothing after it.
  void stop();

 private:
  explicit SharedCache(const core::Clock& clock) : local_cache_(clock), local_limiter_(clock) {}

  cache::MemoryCache local_cache_;
  cache::MemoryRateLimiter local_limiter_;
  std::unique_ptr<cache_redis::Redis> redis_;
  std::unique_ptr<cache::RateLimiter> shared_limiter_;
};

}  // namespace sigma::service
