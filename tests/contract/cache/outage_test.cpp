// Redis killed, cut, slow, flushed: what is in flight fails in time, nothing hangs, everything comes back by itself.
#include "fixture.hpp"
#include "sigma/cache_redis/metrics.hpp"

namespace sigma::cache_redis::contract {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr core::Milliseconds kMinute{60'000};

bool works(Replica& replica) {
  run(replica.redis->cache().put("probe", "value", kMinute));
  return run(replica.redis->cache().get("probe")) == "value";
}

double counted(Replica& replica, const std::string& outcome) {
  return core::counter_of(replica.metrics, kCommandsTotal, {{"outcome", outcome}}).Value();
}

TEST(RedisOutage, killed_connections_are_made_again) {
  RedisProcess server;
  Replica replica(server.url());
  ASSERT_TRUE(works(replica.connected()));
  for (int i = 0; i < 3; ++i) {
    server.cli("CLIENT KILL TYPE normal");
    EXPECT_TRUE(eventually([&] { return works(replica); }));
  }
}

TEST(RedisOutage, a_killed_server_has_nothing_until_it_is_back) {
  RedisProcess server;
  Replica replica(server.url());
  ASSERT_TRUE(works(replica.connected()));
  server.kill();
  EXPECT_FALSE(works(replica));
  EXPECT_TRUE(eventually([&] { return !replica.redis->available(); }));
  EXPECT_FALSE(run(replica.redis->pub_sub().publish("news", "lost")));
  EXPECT_EQ(run(replica.redis->ping()).error().code(), core::Code::unavailable);
  server.start();
  EXPECT_TRUE(eventually([&] { return works(replica) && replica.redis->available(); }));
}

TEST(RedisOutage, a_server_that_is_not_there_yet_is_found_when_it_comes) {
  RedisProcess server;
  server.kill();
  Replica replica(server.url());
  EXPECT_FALSE(works(replica));
  server.start();
  EXPECT_TRUE(eventually([&] { return works(replica); }));
}

TEST(RedisOutage, a_slow_server_costs_few_requests_their_deadline) {
  RedisProcess server;
  RedisOptions options = Replica::patient();
  options.deadline = milliseconds{100};
  Replica replica(server.url(), options);
  ASSERT_TRUE(eventually([&] { return works(replica); }));
  server.freeze();
  const auto begun = std::chrono::steady_clock::now();
  for (int i = 0; i < 1'000; ++i) run(replica.redis->cache().get("key"));
  // Without a circuit breaker it would be 1,000 deadlines, 100 s.
  EXPECT_LT(std::chrono::steady_clock::now() - begun, seconds{20});
  EXPECT_GE(counted(replica, "deadline"), 5);
  EXPECT_GT(counted(replica, "unavailable"), 900);
  EXPECT_FALSE(replica.redis->available());
  server.thaw();
  EXPECT_TRUE(eventually([&] { return works(replica); }));
}

TEST(RedisOutage, what_cannot_be_queued_is_refused) {
  RedisProcess server;
  RedisOptions options = Replica::patient();
  options.max_in_flight = 16;
  Replica replica(server.url(), options);
  ASSERT_TRUE(works(replica.connected()));
  server.freeze();
  std::vector<core::Task<std::optional<std::string>>> tasks;
  for (int i = 0; i < 200; ++i) tasks.push_back(replica.redis->cache().get("key"));
  (void)run_all(std::move(tasks));
  server.thaw();
  EXPECT_GE(counted(replica, "overloaded"), 150);
  EXPECT_TRUE(eventually([&] { return works(replica); }));
}

// The question whether it is back has no room either, for as long as what was given up waits for its answers.
TEST(RedisOutage, a_server_that_stood_still_under_load_is_asked_again) {
  RedisProcess server;
  RedisOptions options = Replica::patient();
  options.deadline = milliseconds{100};
  options.max_in_flight = 8;
  Replica replica(server.url(), options);
  ASSERT_TRUE(works(replica.connected()));
  server.freeze();
  std::vector<core::Task<std::optional<std::string>>> tasks;
  for (int i = 0; i < 50; ++i) tasks.push_back(replica.redis->cache().get("key"));
  (void)run_all(std::move(tasks));
  ASSERT_FALSE(replica.redis->available());
  std::this_thread::sleep_for(seconds{2});  // time for several questions
  server.thaw();
  EXPECT_TRUE(eventually([&] { return works(replica); }));
}

TEST(RedisOutage, a_flushed_server_has_nothing_and_goes_on) {
  RedisProcess server;
  Replica replica(server.url());
  replica.connected();
  const cache::RateLimit two{.limit = 2, .window = core::Milliseconds{3'600'000}};
  run(replica.redis->cache().put("key", "value", kMinute));
  EXPECT_TRUE(run(replica.limiter->allow("key", two)).allowed);
  server.cli("FLUSHALL");
  server.cli("SCRIPT FLUSH");
  EXPECT_EQ(run(replica.redis->cache().get("key")), std::nullopt);
  EXPECT_TRUE(run(replica.limiter->allow("key", two)).allowed);
  EXPECT_TRUE(run(replica.limiter->allow("key", two)).allowed);
  EXPECT_FALSE(run(replica.limiter->allow("key", two)).allowed) << "counted by Redis, not by the fallback";
}

TEST(RedisOutage, replicas_share_a_limit_and_without_redis_each_allows_half) {
  RedisProcess server;
  Replica first(server.url()), second(server.url());
  first.connected();
  second.connected();
  const cache::RateLimit ten{.limit = 10, .window = core::Milliseconds{3'600'000}};
  const auto allowed = [&](Replica& replica, const std::string& key, int tries) {
    int count = 0;
    for (int i = 0; i < tries; ++i) count += run(replica.limiter->allow(key, ten)).allowed ? 1 : 0;
    return count;
  };
  EXPECT_EQ(allowed(first, "shared", 6) + allowed(second, "shared", 6), 10);
  EXPECT_EQ(allowed(first, "begun", 10), 10);
  EXPECT_EQ(allowed(second, "begun", 1), 0);
  server.kill();
  EXPECT_EQ(allowed(first, "new", 20), 5);
  EXPECT_EQ(allowed(second, "new", 20), 5);
  EXPECT_EQ(allowed(first, "begun", 20), 0) << "losing Redis gives nobody a fresh start";
  EXPECT_EQ(allowed(second, "begun", 20), 0) << "whoever had counted";
}

TEST(RedisOutage, subscribers_are_told_of_gaps) {
  RedisProcess server;
  Replica replica(server.url());
  std::atomic<int> gaps{0}, messages{0};
  replica.redis->pub_sub().subscribe("news",
                                     {.on_message = [&](std::string_view) { ++messages; }, .on_gap = [&] { ++gaps; }});
  auto& pub_sub = replica.redis->pub_sub();
  ASSERT_TRUE(eventually([&] { return pub_sub.listening(); }));
  EXPECT_EQ(gaps, 1);
  EXPECT_TRUE(run(pub_sub.publish("news", "one")));
  EXPECT_TRUE(eventually([&] { return messages == 1; }));
  server.cli("CLIENT KILL TYPE pubsub");
  EXPECT_TRUE(eventually([&] { return gaps == 3 && pub_sub.listening(); })) << "at the beginning and at the end";
  EXPECT_TRUE(run(pub_sub.publish("news", "two")));
  EXPECT_TRUE(eventually([&] { return messages == 2; }));
  // A connection that dies without a word.
  server.freeze();
  EXPECT_TRUE(eventually([&] { return !pub_sub.listening(); }));
  server.thaw();
  EXPECT_TRUE(eventually([&] { return pub_sub.listening(); }));
}

TEST(RedisOutage, errors_of_the_server_are_not_values) {
  RedisProcess server({"maxmemory 1mb", "maxmemory-policy noeviction"});
  Replica replica(server.url());
  replica.connected();
  run(replica.redis->cache().put("key", std::string(300'000, 'x'), kMinute));
  EXPECT_EQ(run(replica.redis->cache().get("key")), std::nullopt);
  const cache::RateLimit two{.limit = 2, .window = core::Milliseconds{3'600'000}};
  EXPECT_TRUE(run(replica.limiter->allow("key", two)).allowed) << "the fallback decides";
  EXPECT_FALSE(run(replica.limiter->allow("key", two)).allowed);
}

TEST(RedisOutage, what_is_no_redis_is_left_alone) {
  RedisProcess server;
  // An HTTP server, or anything else that answers in other words.
  server.kill();
  const auto impostor = std::make_unique<std::thread>([port = server.port()] {
    shell(fmt::format("timeout 2 openssl s_server -port {} -nocert -quiet </dev/null || true", port));
  });
  Replica replica(server.url());
  EXPECT_FALSE(works(replica));
  impostor->join();
  server.start();
  EXPECT_TRUE(eventually([&] { return works(replica); }));
}

}  // namespace
}  // namespace sigma::cache_redis::contract
