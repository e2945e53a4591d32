// What every implementation promises.
#include <atomic>
#include <mutex>

#include "fixture.hpp"

namespace sigma::cache_redis::contract {
namespace {

using core::Milliseconds;

template <class Backend>
class CacheContract : public ::testing::Test {
 protected:
  std::optional<std::string> get(std::string key) { return run(backend_.cache().get(std::move(key))); }
  void put(std::string key, std::string value, Milliseconds ttl = Milliseconds{60'000}) {
    run(backend_.cache().put(std::move(key), std::move(value), ttl));
  }
  cache::RateDecision allow(std::string key, cache::RateLimit limit) {
    return run(backend_.limiter().allow(std::move(key), limit));
  }

  Backend backend_;
};

using Backends = ::testing::Types<MemoryBackend, RedisBackend>;
TYPED_TEST_SUITE(CacheContract, Backends);

TYPED_TEST(CacheContract, keeps_replaces_and_erases) {
  EXPECT_EQ(this->get("a"), std::nullopt);
  this->put("a", "one");
  EXPECT_EQ(this->get("a"), "one");
  this->put("a", "two");
  EXPECT_EQ(this->get("a"), "two");
  run(this->backend_.cache().erase("a"));
  EXPECT_EQ(this->get("a"), std::nullopt);
  run(this->backend_.cache().erase("a"));
}

TYPED_TEST(CacheContract, bytes_are_bytes) {
  const std::string key("\0\r\n{}*$\xff", 8);
  std::string value(100'000, '\0');
  for (std::size_t i = 0; i < value.size(); ++i) value[i] = static_cast<char>(i * 7);
  this->put(key, value);
  EXPECT_EQ(this->get(key), value);
  this->put(key, "");
  EXPECT_EQ(this->get(key), "");
}

TYPED_TEST(CacheContract, forgets_in_time_and_puts_without_time_erase) {
  this->put("short", "value", Milliseconds{50});
  this->put("long", "value");
  this->backend_.advance(Milliseconds{80});
  EXPECT_EQ(this->get("short"), std::nullopt);
  EXPECT_EQ(this->get("long"), "value");
  this->put("long", "other", Milliseconds{0});
  EXPECT_EQ(this->get("long"), std::nullopt);
}

TYPED_TEST(CacheContract, many_at_once_get_their_own) {
  std::vector<core::Task<std::optional<std::string>>> tasks;
  for (int i = 0; i < 500; ++i) {
    tasks.push_back([](cache::Cache& cache, std::string name) -> core::Task<std::optional<std::string>> {
      co_await cache.put(name, "value of " + name, Milliseconds{60'000});
      co_return co_await cache.get(name);
    }(this->backend_.cache(), std::to_string(i)));
  }
  const auto results = run_all(std::move(tasks));
  for (std::size_t i = 0; i < results.size(); ++i) EXPECT_EQ(results[i], "value of " + std::to_string(i));
}

TYPED_TEST(CacheContract, limit_at_once_and_then_refused_with_a_time) {
  const cache::RateLimit five{.limit = 5, .window = Milliseconds{60'000}};
  for (std::int64_t left = 4; left >= 0; --left) {
    const auto decision = this->allow("key", five);
    EXPECT_TRUE(decision.allowed);
    EXPECT_EQ(decision.remaining, left);
    EXPECT_EQ(decision.retry_after.count(), 0);
    EXPECT_GT(decision.reset_after.count(), 0);
    EXPECT_LE(decision.reset_after.count(), 60'000);
  }
  const auto refused = this->allow("key", five);
  EXPECT_FALSE(refused.allowed);
  EXPECT_EQ(refused.remaining, 0);
  EXPECT_GT(refused.retry_after.count(), 0);
  EXPECT_LE(refused.retry_after.count(), 12'000);
  EXPECT_TRUE(this->allow("another", five).allowed);
}

TYPED_TEST(CacheContract, refills_with_time) {
  const cache::RateLimit once{.limit = 1, .window = Milliseconds{60}};
  EXPECT_TRUE(this->allow("key", once).allowed);
  this->backend_.advance(Milliseconds{80});
  EXPECT_TRUE(this->allow("key", once).allowed);
}

TYPED_TEST(CacheContract, a_hundred_parallel_guesses_count_as_a_hundred) {
  std::vector<core::Task<cache::RateDecision>> guesses;
  for (int i = 0; i < 100; ++i)
    guesses.push_back(this->backend_.limiter().allow("account", {.limit = 10, .window = Milliseconds{3'600'000}}));
  const auto decisions = run_all(std::move(guesses));
  EXPECT_EQ(std::ranges::count_if(decisions, &cache::RateDecision::allowed), 10);
}

TYPED_TEST(CacheContract, what_is_given_back_can_be_taken_again) {
  const cache::RateLimit two{.limit = 2, .window = Milliseconds{3'600'000}};
  EXPECT_TRUE(this->allow("key", two).allowed);
  EXPECT_TRUE(this->allow("key", two).allowed);
  EXPECT_FALSE(this->allow("key", two).allowed);
  run(this->backend_.limiter().give_back("key", two));
  EXPECT_TRUE(this->allow("key", two).allowed);
  EXPECT_FALSE(this->allow("key", two).allowed);
  // More than was taken makes no more room than there was.
  for (int i = 0; i < 5; ++i) run(this->backend_.limiter().give_back("key", two));
  EXPECT_TRUE(this->allow("key", two).allowed);
  EXPECT_TRUE(this->allow("key", two).allowed);
  EXPECT_FALSE(this->allow("key", two).allowed);
  run(this->backend_.limiter().give_back("unknown", two));
}

TYPED_TEST(CacheContract, every_subscriber_of_a_channel_hears_each_message) {
  std::mutex mutex;
  std::vector<std::string> heard;
  const auto listen = [&](std::string name) {
    return cache::PubSub::Listener{.on_message =
                                       [&, name](std::string_view message) {
                                         const std::lock_guard lock(mutex);
                                         heard.push_back(name + ":" + std::string(message));
                                       },
                                   .on_gap = [] {}};
  };
  auto& pub_sub = this->backend_.pub_sub();
  pub_sub.subscribe("news", listen("first"));
  pub_sub.subscribe("news", listen("second"));
  pub_sub.subscribe("weather", listen("third"));
  // Subscriptions made one after the other may connect anew: a message that everybody heard shows that it is over.
  const auto heard_by_all = [&] {
    run(pub_sub.publish("news", "probe"));
    run(pub_sub.publish("weather", "probe"));
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
    const std::lock_guard lock(mutex);
    return pub_sub.listening() && std::ranges::count(heard, "first:probe") > 0 &&
           std::ranges::count(heard, "second:probe") > 0 && std::ranges::count(heard, "third:probe") > 0;
  };
  ASSERT_TRUE(eventually(heard_by_all));
  const std::string bytes("\0\r\nbytes", 8);
  EXPECT_TRUE(run(pub_sub.publish("news", bytes)));
  EXPECT_TRUE(eventually([&] {
    const std::lock_guard lock(mutex);
    return std::ranges::count(heard, "first:" + bytes) == 1 && std::ranges::count(heard, "second:" + bytes) == 1;
  }));
  const std::lock_guard lock(mutex);
  EXPECT_EQ(std::ranges::count(heard, "third:" + bytes), 0);
}

}  // namespace
}  // namespace sigma::cache_redis::contract
