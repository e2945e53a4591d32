// TLS, ACL users, databases, Sentinel, Cluster.
#include <fmt/format.h>

#include "fixture.hpp"
#include "redis_cluster.hpp"

namespace sigma::cache_redis::contract {
namespace {

TEST(RedisDeployment, acl_user_and_database) {
  RedisProcess server({"user default off", "user sigma on >p@ss:w/rd ~sigma:* &sigma:* +@all -@dangerous"});
  server.set_cli_options("--user sigma --pass p@ss:w/rd --no-auth-warning");
  const std::string host = fmt::format("127.0.0.1:{}", server.port());
  Replica replica("redis://sigma:p%40ss%3Aw%2Frd@" + host + "/3");
  EXPECT_TRUE(keeps(replica.connected(), "key"));
  EXPECT_EQ(server.cli("-n 3 GET sigma:cache:key"), "value");
  EXPECT_EQ(server.cli("-n 0 GET sigma:cache:key"), "");
  EXPECT_TRUE(run(replica.limiter->allow("key", {})).allowed);
  EXPECT_TRUE(run(replica.redis->pub_sub().publish("news", "x")));

  Replica wrong("redis://sigma:wrong@" + host);
  EXPECT_NE(why_not(wrong).find("WRONGPASS"), std::string::npos) << why_not(wrong);
  EXPECT_EQ(why_not(wrong).find("wrong@"), std::string::npos);
  Replica nobody("redis://" + host);
  EXPECT_NE(why_not(nobody).find("NOAUTH"), std::string::npos) << why_not(nobody);
  Replica elsewhere("redis://sigma:p%40ss%3Aw%2Frd@" + host + "/99");
  EXPECT_NE(why_not(elsewhere).find("SELECT"), std::string::npos) << why_not(elsewhere);
}

TEST(RedisDeployment, tls_with_an_authority_of_ours_and_none_without) {
  const Certificate certificate;
  RedisProcess server(certificate.directives());
  const std::string host = fmt::format("127.0.0.1:{}", server.port());
  const RedisOptions options = certificate.trusting();
  Replica replica("rediss://" + host, options);
  EXPECT_TRUE(keeps(replica.connected(), "key"));
  replica.redis->pub_sub().subscribe("news", {.on_message = [](std::string_view) {}, .on_gap = [] {}});
  EXPECT_TRUE(eventually([&] { return replica.redis->pub_sub().listening(); }));

  Replica stranger("rediss://" + host);  // the system's authorities do not know it
  EXPECT_NE(why_not(stranger).find("TLS"), std::string::npos) << why_not(stranger);
  Replica other_name(fmt::format("rediss://localhost:{}", server.port()), options);  // not in the certificate
  EXPECT_NE(why_not(other_name).find("TLS"), std::string::npos) << why_not(other_name);
  EXPECT_FALSE(keeps(stranger, "key"));
}

TEST(RedisDeployment, sentinel_names_the_master_and_the_next_one) {
  RedisProcess master;
  RedisProcess replica_server({fmt::format("replicaof 127.0.0.1 {}", master.port())});
  const std::vector<std::string> watch{fmt::format("sentinel monitor main 127.0.0.1 {} 1", master.port()),
                                       "sentinel down-after-milliseconds main 500",
                                       "sentinel failover-timeout main 3000"};
  RedisProcess sentinel(watch, true);
  ASSERT_TRUE(eventually([&] { return sentinel.cli("SENTINEL replicas main").find("slave") != std::string::npos; }));

  const int nowhere = free_port();
  Replica replica(fmt::format("redis+sentinel://127.0.0.1:{},127.0.0.1:{}/main", nowhere, sentinel.port()));
  EXPECT_TRUE(keeps(replica.connected(), "before"));
  EXPECT_EQ(master.cli("GET sigma:cache:before"), "value");
  replica.redis->pub_sub().subscribe("news", {.on_message = [](std::string_view) {}, .on_gap = [] {}});
  ASSERT_TRUE(eventually([&] { return replica.redis->pub_sub().listening(); }));

  master.kill();
  EXPECT_TRUE(eventually([&] { return keeps(replica, "after"); }));
  EXPECT_EQ(replica_server.cli("GET sigma:cache:after"), "value");
  EXPECT_TRUE(eventually([&] { return replica.redis->pub_sub().listening(); }));

  Replica unknown(fmt::format("redis+sentinel://127.0.0.1:{}/other", sentinel.port()));
  EXPECT_NE(why_not(unknown).find("knows no master named other"), std::string::npos) << why_not(unknown);
}

/// A server hangs up on everybody while its role changes: "" then, and whoever asks asks again.
std::string said_by(const RedisProcess& server, const std::string& command) {
  try {
    return server.cli(command);
  } catch (const std::runtime_error&) {
    return {};
  }
}

TEST(RedisDeployment, a_master_that_becomes_a_replica_is_left) {
  RedisProcess first;
  RedisProcess second({fmt::format("replicaof 127.0.0.1 {}", first.port())});
  RedisProcess sentinel({fmt::format("sentinel monitor main 127.0.0.1 {} 1", first.port())}, true);
  ASSERT_TRUE(eventually([&] { return sentinel.cli("SENTINEL replicas main").find("slave") != std::string::npos; }));
  Replica replica(fmt::format("redis+sentinel://127.0.0.1:{}/main", sentinel.port()));
  EXPECT_TRUE(keeps(replica.connected(), "before"));
  ASSERT_TRUE(
      eventually([&] { return second.cli("INFO replication").find("master_link_status:up") != std::string::npos; }));
  // NOGOODSLAVE until the replica, which it may just have found, has told of itself.
  ASSERT_TRUE(eventually([&] { return said_by(sentinel, "SENTINEL failover main") == "OK"; }));
  EXPECT_TRUE(eventually([&] {
    return said_by(second, "ROLE").starts_with("master") && keeps(replica, "after") &&
           said_by(second, "GET sigma:cache:after") == "value";
  }));
}

class RedisDeploymentCluster : public ::testing::Test {
 protected:
  std::string url() const {
    return fmt::format("redis+cluster://127.0.0.1:{},127.0.0.1:{}", nodes_[0]->port(), nodes_[1]->port());
  }

  RedisCluster cluster_;
  const RedisCluster::Nodes& nodes_ = cluster_.nodes();
};

TEST_F(RedisDeploymentCluster, keys_live_on_all_nodes) {
  Replica replica(url());
  replica.connected();
  for (int i = 0; i < 100; ++i) EXPECT_TRUE(keeps(replica, "key-" + std::to_string(i)));
  int all = 0;
  for (const auto& node : nodes_) {
    const int here = std::stoi(node->cli("DBSIZE"));
    EXPECT_GT(here, 0);
    all += here;
  }
  EXPECT_EQ(all, 100);
  // Scripts, and messages from any node to any node.
  const cache::RateLimit two{.limit = 2, .window = core::Milliseconds{3'600'000}};
  for (int i = 0; i < 20; ++i) {
    const std::string key = "limit-" + std::to_string(i);
    EXPECT_TRUE(run(replica.limiter->allow(key, two)).allowed);
    EXPECT_TRUE(run(replica.limiter->allow(key, two)).allowed);
    EXPECT_FALSE(run(replica.limiter->allow(key, two)).allowed);
  }
  Replica other(url());
  std::atomic<int> messages{0};
  other.redis->pub_sub().subscribe("news", {.on_message = [&](std::string_view) { ++messages; }, .on_gap = [] {}});
  ASSERT_TRUE(eventually([&] { return other.redis->pub_sub().listening(); }));
  EXPECT_TRUE(run(replica.redis->pub_sub().publish("news", "x")));
  EXPECT_TRUE(eventually([&] { return messages == 1; }));
}

TEST_F(RedisDeploymentCluster, slots_on_the_move_are_followed) {
  Replica replica(url());
  replica.connected();
  const std::string key = "traveller";
  ASSERT_TRUE(keeps(replica, key));
  const std::string slot = nodes_[0]->cli("CLUSTER KEYSLOT sigma:cache:" + key);
  const auto owns = [&](const auto& node) { return node->cli("CLUSTER COUNTKEYSINSLOT " + slot) == "1"; };
  const auto from = std::ranges::find_if(nodes_, owns), to = std::ranges::find_if_not(nodes_, owns);
  ASSERT_NE(from, nodes_.end());
  // Half way: the key is at the new place, the slot is not. ASK.
  (*to)->cli(fmt::format("CLUSTER SETSLOT {} IMPORTING {}", slot, RedisCluster::id_of(**from)));
  (*from)->cli(fmt::format("CLUSTER SETSLOT {} MIGRATING {}", slot, RedisCluster::id_of(**to)));
  (*from)->cli(fmt::format("MIGRATE 127.0.0.1 {} sigma:cache:{} 0 5000", (*to)->port(), key));
  EXPECT_EQ(run(replica.redis->cache().get(key)), "value");
  // All the way: MOVED. The new owner first, as redis-cli does it.
  for (const auto& node : {to, from})
    (*node)->cli(fmt::format("CLUSTER SETSLOT {} NODE {}", slot, RedisCluster::id_of(**to)));
  EXPECT_TRUE(eventually([&] { return run(replica.redis->cache().get(key)) == "value" && keeps(replica, key); }));
  EXPECT_EQ((*to)->cli("CLUSTER COUNTKEYSINSLOT " + slot), "1");
}

TEST_F(RedisDeploymentCluster, a_lost_master_costs_its_keys_only_until_its_replica_takes_over) {
  const auto standby = std::make_unique<RedisProcess>(RedisCluster::directives());
  shell(fmt::format("redis-cli --cluster add-node 127.0.0.1:{} 127.0.0.1:{} --cluster-slave --cluster-master-id {}",
                    standby->port(), nodes_[0]->port(), RedisCluster::id_of(*nodes_[0])));
  ASSERT_TRUE(
      eventually([&] { return standby->cli("INFO replication").find("master_link_status:up") != std::string::npos; }));
  Replica replica(url());
  replica.connected();
  nodes_[0]->kill();  // the first seed, too
  const auto kept = [&] {
    int count = 0;
    for (int i = 0; i < 30; ++i) count += keeps(replica, "key-" + std::to_string(i)) ? 1 : 0;
    return count;
  };
  EXPECT_GT(kept(), 5) << "the other masters go on";
  EXPECT_TRUE(eventually([&] { return kept() == 30; }));
  EXPECT_TRUE(eventually([&] { return replica.redis->available(); }));
}

}  // namespace
}  // namespace sigma::cache_redis::contract
