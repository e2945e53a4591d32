#include <gtest/gtest.h>

#include "sigma/cache/memory.hpp"
#include "sigma/core/testing/fixed.hpp"
#include "sigma/core/testing/run.hpp"

namespace sigma::cache {
namespace {

using core::Milliseconds;
using core::testing::FixedClock;
using core::testing::run;

TEST(MemoryCache, keeps_any_bytes_until_they_expire) {
  FixedClock clock;
  MemoryCache cache(clock);
  const std::string key("k\0\xff", 3), value("v\0", 2);
  run(cache.put(key, value, Milliseconds{1000}));
  clock.advance(Milliseconds{999});
  EXPECT_EQ(run(cache.get(key)), value);
  EXPECT_EQ(run(cache.get("other")), std::nullopt);
  clock.advance(Milliseconds{1});
  EXPECT_EQ(run(cache.get(key)), std::nullopt);
  EXPECT_EQ(cache.entries(), 0u);
  EXPECT_EQ(cache.bytes(), 0u);
}

TEST(MemoryCache, replaces_and_erases) {
  FixedClock clock;
  MemoryCache cache(clock);
  run(cache.put("k", "long first value", Milliseconds{1}));
  run(cache.put("k", "second", Milliseconds{1000}));
  clock.advance(Milliseconds{10});
  EXPECT_EQ(run(cache.get("k")), "second");
  EXPECT_EQ(cache.entries(), 1u);
  run(cache.erase("k"));
  run(cache.erase("k"));
  EXPECT_EQ(run(cache.get("k")), std::nullopt);
  run(cache.put("k", "third", Milliseconds{1000}));
  run(cache.put("k", "expired at once", Milliseconds{0}));
  EXPECT_EQ(run(cache.get("k")), std::nullopt);
  EXPECT_EQ(cache.bytes(), 0u);
}

TEST(MemoryCache, never_holds_more_entries_than_its_bound) {
  FixedClock clock;
  MemoryCache cache(clock, {.max_entries = 160, .max_bytes = 1 << 20});
  for (int i = 0; i < 5'000; ++i) {
    run(cache.put("key" + std::to_string(i), "v", Milliseconds{1000}));
    ASSERT_LE(cache.entries(), 160u);
  }
  EXPECT_EQ(cache.entries(), 160u);
  EXPECT_EQ(run(cache.get("key4999")), "v");
  EXPECT_EQ(run(cache.get("key0")), std::nullopt);
}

TEST(MemoryCache, never_holds_more_bytes_than_its_bound) {
  FixedClock clock;
  constexpr std::size_t kBound = 16 * 4096;
  MemoryCache cache(clock, {.max_entries = 1'000'000, .max_bytes = kBound});
  for (int i = 0; i < 2'000; ++i) {
    run(cache.put("key" + std::to_string(i), std::string(1000, 'v'), Milliseconds{1000}));
    ASSERT_LE(cache.bytes(), kBound);
  }
  EXPECT_GE(cache.entries(), 16u);
  run(cache.put("huge", std::string(kBound, 'v'), Milliseconds{1000}));
  EXPECT_EQ(run(cache.get("huge")), std::nullopt);
}

TEST(MemoryCache, what_was_used_last_stays) {
  FixedClock clock;
  MemoryCache cache(clock, {.max_entries = 32, .max_bytes = 1 << 20});  // two a shard
  run(cache.put("favourite", "v", Milliseconds{1000}));
  for (int i = 0; i < 1'000; ++i) {
    run(cache.put("key" + std::to_string(i), "v", Milliseconds{1000}));
    ASSERT_EQ(run(cache.get("favourite")), "v") << i;
  }
}

}  // namespace
}  // namespace sigma::cache
