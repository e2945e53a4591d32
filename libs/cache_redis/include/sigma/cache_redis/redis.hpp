// Redis as Cache, RateLimiter and PubSub, for one process.
#pragma once
#include <chrono>
#include <memory>
#include <string>

#include "sigma/cache/cache.hpp"
#include "sigma/cache/memory.hpp"
#include "sigma/cache/pub_sub.hpp"
#include "sigma/cache/rate_limiter.hpp"
#include "sigma/cache_redis/url.hpp"
#include "sigma/core/metrics.hpp"
#include "sigma/core/result.hpp"

namespace sigma::cache_redis {

struct RedisOptions {
  std::string ca_file;                      ///< PEM, for rediss; empty: the system's authorities
  std::chrono::milliseconds deadline{250};  ///< of one command; then the caller goes on without
  std::chrono::milliseconds connect_deadline{1'000};
  std::size_t connections = 1;        ///< to each server, besides one for subscriptions
  std::size_t max_in_flight = 1'024;  ///< commands on each connection
};

/// Speaks to Redis on a thread of its own; results resume on the caller's executor. Nothing here throws or blocks when
/// Redis is away: a cache has nothing, a limiter decides by itself, and connections come back by themselves.
class Redis {
 public:
  /// Begins to connect and does not wait for it. Code::invalid_input when the authorities cannot be read.
  static core::Result<std::unique_ptr<Redis>> open(RedisUrl url, RedisOptions options, core::Metrics& metrics);
  ~Redis();

  cache::Cache& cache();
  cache::PubSub& pub_sub();
  /// Counts in Redis by Redis' clock. `fallback` learns what was counted; without Redis it decides alone, with half of
  /// every limit (each replica then counts for itself). It outlives the Redis.
  std::unique_ptr<cache::RateLimiter> make_rate_limiter(cache::MemoryRateLimiter& fallback);

  /// Whether commands were being answered a moment ago; of a cluster: by every master.
  bool available() const;
  /// How long one round trip took. Code::unavailable and Code::unauthorized say why not, in their cause.
  core::Task<core::Result<std::chrono::microseconds>> ping();

  /// Abandons what is under way: tasks that wait are destroyed, not resumed. Call it at the end, while the executors of
  /// those tasks still exist but run no more; nothing else may be called then. Idempotent.
  void stop();

 private:
  class Impl;
  explicit Redis(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace sigma::cache_redis
