#include <gtest/gtest.h>

#include "sigma/cache/memory.hpp"
#include "sigma/core/testing/fixed.hpp"
#include "sigma/core/testing/run.hpp"

namespace sigma::cache {
namespace {

using core::Milliseconds;
using core::testing::FixedClock;
using core::testing::run;

constexpr RateLimit kFivePerMinute{.limit = 5, .window = Milliseconds{60'000}};

TEST(RateLimiter, burst_then_one_each_interval) {
  FixedClock clock;
  MemoryRateLimiter limiter(clock);
  for (int left = 4; left >= 0; --left) {
    const RateDecision decision = run(limiter.allow("a", kFivePerMinute));
    EXPECT_TRUE(decision.allowed);
    EXPECT_EQ(decision.remaining, left);
    EXPECT_EQ(decision.retry_after, Milliseconds{0});
  }
  RateDecision refused = run(limiter.allow("a", kFivePerMinute));
  EXPECT_FALSE(refused.allowed);
  EXPECT_EQ(refused.remaining, 0);
  EXPECT_EQ(refused.retry_after, Milliseconds{12'000});

  clock.advance(Milliseconds{11'999});
  refused = run(limiter.allow("a", kFivePerMinute));
  EXPECT_FALSE(refused.allowed) << "refused requests must not cost, nor help";
  EXPECT_EQ(refused.retry_after, Milliseconds{1});
  clock.advance(Milliseconds{1});
  EXPECT_TRUE(run(limiter.allow("a", kFivePerMinute)).allowed);
  EXPECT_FALSE(run(limiter.allow("a", kFivePerMinute)).allowed);

  clock.advance(Milliseconds{60'000});
  EXPECT_EQ(run(limiter.allow("a", kFivePerMinute)).remaining, 4);
}

TEST(RateLimiter, keys_do_not_share) {
  FixedClock clock;
  MemoryRateLimiter limiter(clock);
  const RateLimit once{.limit = 1, .window = Milliseconds{1000}};
  EXPECT_TRUE(run(limiter.allow("a", once)).allowed);
  EXPECT_FALSE(run(limiter.allow("a", once)).allowed);
  EXPECT_TRUE(run(limiter.allow("b", once)).allowed);
}

TEST(RateLimiter, long_run_rate_is_the_limit) {
  FixedClock clock;
  MemoryRateLimiter limiter(clock);
  int allowed = 0;
  for (int i = 0; i < 10 * 60'000; i += 100) {
    if (run(limiter.allow("a", kFivePerMinute)).allowed) ++allowed;
    clock.advance(Milliseconds{100});
  }
  EXPECT_EQ(allowed, 5 + 49);  // the burst, then one each 12 s of ten minutes
}

TEST(RateLimiter, clock_set_back_locks_nobody_out_for_longer_than_a_window) {
  FixedClock clock;
  MemoryRateLimiter limiter(clock);
  for (int i = 0; i < 6; ++i) run(limiter.allow("a", kFivePerMinute));
  clock.advance(Milliseconds{-3'600'000});
  EXPECT_LE(run(limiter.allow("a", kFivePerMinute)).retry_after, Milliseconds{60'000});
  clock.advance(Milliseconds{60'000});
  EXPECT_TRUE(run(limiter.allow("a", kFivePerMinute)).allowed);
}

TEST(RateLimiter, what_others_counted_counts_here) {
  FixedClock clock;
  MemoryRateLimiter limiter(clock);
  limiter.learn("key", Milliseconds{60'000});
  EXPECT_FALSE(run(limiter.allow("key", kFivePerMinute)).allowed);
  limiter.learn("key", Milliseconds{0});
  EXPECT_FALSE(run(limiter.allow("key", kFivePerMinute)).allowed) << "who knows less changes nothing";
  clock.advance(Milliseconds{12'000});
  EXPECT_TRUE(run(limiter.allow("key", kFivePerMinute)).allowed);
}

TEST(RateLimiter, never_knows_more_keys_than_its_bound) {
  FixedClock clock;
  MemoryRateLimiter limiter(clock, 160);
  for (int i = 0; i < 5'000; ++i) {
    run(limiter.allow("key" + std::to_string(i), kFivePerMinute));
    ASSERT_LE(limiter.keys(), 160u);
  }
  EXPECT_EQ(limiter.keys(), 160u);
}

TEST(RateLimiter, forgets_who_is_owed_nothing_as_others_come) {
  FixedClock clock;
  MemoryRateLimiter limiter(clock);
  for (int i = 0; i < 1'000; ++i) run(limiter.allow("morning" + std::to_string(i), kFivePerMinute));
  clock.advance(Milliseconds{60'000});
  for (int i = 0; i < 1'000; ++i) run(limiter.allow("noon" + std::to_string(i), kFivePerMinute));
  EXPECT_EQ(limiter.keys(), 1'000u) << "only those of noon";
  for (int i = 0; i < 4; ++i) run(limiter.allow("noon0", kFivePerMinute));
  EXPECT_FALSE(run(limiter.allow("noon0", kFivePerMinute)).allowed);
}

}  // namespace
}  // namespace sigma::cache
