#include "shared_cache.hpp"

namespace sigma::service {

core::Result<std::unique_ptr<SharedCache>> SharedCache::open(const Config& config, const core::Clock& clock,
                                                             core::Metrics& metrics) {
  std::unique_ptr<SharedCache> cache(new SharedCache(clock));
  if (config.redis_url.empty()) return cache;
  SIGMA_TRY(auto url, cache_redis::parse_redis_url(config.redis_url));
  cache_redis::RedisOptions options;
  options.ca_file = config.redis_ca_file;
  options.deadline = config.redis_timeout;
  options.connections = config.io_threads;
  SIGMA_TRY(cache->redis_, cache_redis::Redis::open(std::move(url), std::move(options), metrics));
  cache->shared_limiter_ = cache->redis_->make_rate_limiter(cache->local_limiter_);
  return cache;
}

std::string_view SharedCache::state() const {
  if (!redis_) return "in_process";
  return redis_->available() ? "redis" : "redis_unavailable";
}

void SharedCache::stop() {
  if (redis_) redis_->stop();
}

}  // namespace sigma::service
