#include <mutex>

#include "lru.hpp"
#include "sigma/cache/memory.hpp"

namespace sigma::cache {
namespace {

constexpr std::size_t kShards = 16;

}  // namespace

struct MemoryRateLimiter::Shard {
  mutable std::mutex mutex;
  Lru<std::int64_t> arrivals;
  std::size_t max_keys;

  explicit Shard(std::size_t bound) : max_keys(bound) {}
};

MemoryRateLimiter::MemoryRateLimiter(const core::Clock& clock, std::size_t max_keys) : clock_(clock) {
  for (std::size_t i = 0; i < kShards; ++i) {
    shards_.push_back(std::make_unique<Shard>(std::max<std::size_t>(1, max_keys / kShards)));
  }
}

MemoryRateLimiter::~MemoryRateLimiter() = default;

MemoryRateLimiter::Shard& MemoryRateLimiter::shard_of(const std::string& key) const {
  return *shards_[std::hash<std::string>{}(key) % kShards];
}

core::Task<RateDecision> MemoryRateLimiter::allow(std::string key, RateLimit limit) {
  Shard& shard = shard_of(key);
  const std::int64_t now_us = clock_.now().ms * 1000;
  const std::lock_guard lock(shard.mutex);
  co_return decide(arrival_of(shard, std::move(key)), now_us, limit);
}

std::int64_t& MemoryRateLimiter::arrival_of(Shard& shard, std::string key) {
  if (std::int64_t* known = shard.arrivals.find(key)) return *known;
  if (shard.arrivals.size() >= shard.max_keys) shard.arrivals.erase(std::string(shard.arrivals.oldest().key));
  return shard.arrivals.insert(std::move(key), 0);
}

void MemoryRateLimiter::learn(std::string key, core::Milliseconds reset_after) {
  Shard& shard = shard_of(key);
  const std::int64_t arrival = (clock_.now() + reset_after).ms * 1000;
  const std::lock_guard lock(shard.mutex);
  std::int64_t& known = arrival_of(shard, std::move(key));
  known = std::max(known, arrival);
}

core::Task<void> MemoryRateLimiter::give_back(std::string key, RateLimit limit) {
  Shard& shard = shard_of(key);
  const std::lock_guard lock(shard.mutex);
  if (std::int64_t* arrival = shard.arrivals.find(key)) undo(*arrival, limit);
  co_return;
}

std::size_t MemoryRateLimiter::keys() const {
  std::size_t sum = 0;
  for (const auto& shard : shards_) {
    const std::lock_guard lock(shard->mutex);
    sum += shard->arrivals.size();
  }
  return sum;
}

}  // namespace sigma::cache
