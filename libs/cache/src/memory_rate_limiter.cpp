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

  /// When all of the limit of `key` is there again, in µs; 0 for one that was not there.
  std::int64_t& arrival_of(std::string key, std::int64_t now_us) {
    if (std::int64_t* known = arrivals.find(key)) return *known;
    make_room(now_us);
    return arrivals.insert(std::move(key), 0);
  }

 private:
  /// Two that are owed nothing leave for one that comes: what nobody asks for any more does not stay until the bound.
  void make_room(std::int64_t now_us) {
    for (int i = 0; i < 2 && arrivals.size() > 0 && arrivals.oldest().value <= now_us; ++i) forget_oldest();
    if (arrivals.size() >= max_keys) forget_oldest();
  }

  void forget_oldest() { arrivals.erase(std::string(arrivals.oldest().key)); }
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
  co_return decide(shard.arrival_of(std::move(key), now_us), now_us, limit);
}

void MemoryRateLimiter::learn(std::string key, core::Milliseconds reset_after) {
  Shard& shard = shard_of(key);
  const std::int64_t now_us = clock_.now().ms * 1000;
  const std::lock_guard lock(shard.mutex);
  std::int64_t& known = shard.arrival_of(std::move(key), now_us);
  known = std::max(known, now_us + reset_after.count() * 1000);
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
