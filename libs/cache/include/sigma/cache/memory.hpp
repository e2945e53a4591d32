// The implementations inside one process: bounded, least recently used goes first.
#pragma once
#include <map>
#include <memory>
#include <mutex>
#include <vector>

#include "sigma/cache/cache.hpp"
#include "sigma/cache/pub_sub.hpp"
#include "sigma/cache/rate_limiter.hpp"

namespace sigma::cache {

struct MemoryCacheOptions {
  std::size_t max_entries = 100'000;
  std::size_t max_bytes = 64 * 1024 * 1024;  ///< keys and values with what it costs to keep them
};

class MemoryCache final : public Cache {
 public:
  explicit MemoryCache(const core::Clock& clock, MemoryCacheOptions options = {});
  ~MemoryCache() override;

  core::Task<std::optional<std::string>> get(std::string key) override;
  /// A value larger than a shard's share of max_bytes is not kept.
  core::Task<void> put(std::string key, std::string value, core::Milliseconds ttl) override;
  core::Task<void> erase(std::string key) override;

  std::size_t entries() const;
  std::size_t bytes() const;

 private:
  struct Shard;
  Shard& shard_of(const std::string& key) const;

  const core::Clock& clock_;
  std::vector<std::unique_ptr<Shard>> shards_;
};

class MemoryRateLimiter final : public RateLimiter {
 public:
  /// Keys whose limit is all there again are forgotten as others come. Beyond `max_keys`, the key that asked longest
  /// ago is forgotten too: it may burst once more.
  explicit MemoryRateLimiter(const core::Clock& clock, std::size_t max_keys = 100'000);
  ~MemoryRateLimiter() override;

  core::Task<RateDecision> allow(std::string key, RateLimit limit) override;
  core::Task<void> give_back(std::string key, RateLimit limit) override;
  /// What somebody else has counted of `key`: it takes at least `reset_after` until all of its limit is there again.
  void learn(std::string key, core::Milliseconds reset_after);
  std::size_t keys() const;

 private:
  struct Shard;
  Shard& shard_of(const std::string& key) const;

  const core::Clock& clock_;
  std::vector<std::unique_ptr<Shard>> shards_;
};

/// Tells the subscribers in this process, on the thread that publishes.
class MemoryPubSub final : public PubSub {
 public:
  core::Task<bool> publish(std::string channel, std::string message) override;
  void subscribe(std::string channel, Listener listener) override;
  bool listening() const override { return true; }

 private:
  std::mutex mutex_;
  std::multimap<std::string, std::shared_ptr<const Listener>> listeners_;
};

}  // namespace sigma::cache
