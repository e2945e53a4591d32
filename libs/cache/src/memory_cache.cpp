#include <mutex>

#include "lru.hpp"
#include "sigma/cache/memory.hpp"

namespace sigma::cache {
namespace {

constexpr std::size_t kShards = 16;
constexpr std::size_t kEntryOverhead = 160;  // list node, index node, two string headers

struct Kept {
  std::string bytes;
  core::UtcTime expires_at;
};

std::size_t cost_of(std::string_view key, const Kept& kept) {
  return key.size() + kept.bytes.size() + kEntryOverhead;
}

}  // namespace

struct MemoryCache::Shard {
  mutable std::mutex mutex;
  Lru<Kept> entries;
  std::size_t bytes = 0;
  std::size_t max_entries;
  std::size_t max_bytes;

  Shard(std::size_t entry_bound, std::size_t byte_bound) : max_entries(entry_bound), max_bytes(byte_bound) {}

  void erase(const std::string& key) {
    if (const Kept* kept = entries.find(key)) {
      bytes -= cost_of(key, *kept);
      entries.erase(key);
    }
  }
  void keep(std::string key, Kept kept) {
    erase(key);
    const std::size_t cost = cost_of(key, kept);
    if (cost > max_bytes) return;
    while (entries.size() >= max_entries || bytes + cost > max_bytes) erase(std::string(entries.oldest().key));
    entries.insert(std::move(key), std::move(kept));
    bytes += cost;
  }
};

MemoryCache::MemoryCache(const core::Clock& clock, MemoryCacheOptions options) : clock_(clock) {
  for (std::size_t i = 0; i < kShards; ++i) {
    shards_.push_back(
        std::make_unique<Shard>(std::max<std::size_t>(1, options.max_entries / kShards), options.max_bytes / kShards));
  }
}

MemoryCache::~MemoryCache() = default;

MemoryCache::Shard& MemoryCache::shard_of(const std::string& key) const {
  return *shards_[std::hash<std::string>{}(key) % kShards];
}

core::Task<std::optional<std::string>> MemoryCache::get(std::string key) {
  Shard& shard = shard_of(key);
  const std::lock_guard lock(shard.mutex);
  const Kept* kept = shard.entries.find(key);
  if (kept == nullptr) co_return std::nullopt;
  if (kept->expires_at <= clock_.now()) {
    shard.erase(key);
    co_return std::nullopt;
  }
  co_return kept->bytes;
}

core::Task<void> MemoryCache::put(std::string key, std::string value, core::Milliseconds ttl) {
  Shard& shard = shard_of(key);
  const std::lock_guard lock(shard.mutex);
  if (ttl.count() <= 0) {
    shard.erase(key);
  } else {
    shard.keep(std::move(key), {std::move(value), clock_.now() + ttl});
  }
  co_return;
}

core::Task<void> MemoryCache::erase(std::string key) {
  Shard& shard = shard_of(key);
  const std::lock_guard lock(shard.mutex);
  shard.erase(key);
  co_return;
}

std::size_t MemoryCache::entries() const {
  std::size_t sum = 0;
  for (const auto& shard : shards_) {
    const std::lock_guard lock(shard->mutex);
    sum += shard->entries.size();
  }
  return sum;
}

std::size_t MemoryCache::bytes() const {
  std::size_t sum = 0;
  for (const auto& shard : shards_) {
    const std::lock_guard lock(shard->mutex);
    sum += shard->bytes;
  }
  return sum;
}

}  // namespace sigma::cache
