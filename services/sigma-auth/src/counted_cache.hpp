// A cache that says how often it had what it was asked for.
#pragma once
#include <string>

#include "sigma/cache/cache.hpp"
#include "sigma/core/metrics.hpp"

namespace sigma::service {

class CountedCache final : public cache::Cache {
 public:
  /// `name`: which use of `cache` this is; a label.
  CountedCache(cache::Cache& cache, const std::string& name, core::Metrics& metrics);

  core::Task<std::optional<std::string>> get(std::string key) override;
  core::Task<void> put(std::string key, std::string value, core::Milliseconds ttl) override {
    return cache_.put(std::move(key), std::move(value), ttl);
  }
  core::Task<void> erase(std::string key) override { return cache_.erase(std::move(key)); }

 private:
  cache::Cache& cache_;
  prometheus::Counter &hits_, &misses_;
};

}  // namespace sigma::service
