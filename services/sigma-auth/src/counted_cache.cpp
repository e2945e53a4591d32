#include "counted_cache.hpp"

#include "metrics_table.hpp"

namespace sigma::service {

CountedCache::CountedCache(cache::Cache& cache, const std::string& name, core::Metrics& metrics)
    : cache_(cache),
      hits_(core::counter_of(metrics, metric::kCacheLookups, {{"cache", name}, {"outcome", "hit"}})),
      misses_(core::counter_of(metrics, metric::kCacheLookups, {{"cache", name}, {"outcome", "miss"}})) {}

core::Task<std::optional<std::string>> CountedCache::get(std::string key) {
  auto found = co_await cache_.get(std::move(key));
  (found ? hits_ : misses_).Increment();
  co_return found;
}

}  // namespace sigma::service
