// Sentinel and Cluster as they are run in earnest: TLS on every connection, no default user, and a user for us that may
// do what docs/reference/without-redis.md lists and nothing else.
#include <fstream>
#include <sstream>

#include "fixture.hpp"
#include "redis_cluster.hpp"

namespace sigma::cache_redis::contract {
namespace {

using Directives = std::vector<std::string>;

/// The line of the documentation, with a password.
std::string documented_user() {
  std::ifstream file(SIGMA_SOURCE_DIR "/docs/reference/without-redis.md");
  for (std::string line; std::getline(file, line);) {
    if (!line.starts_with("user sigma ")) continue;
    const std::string_view placeholder = "PASSWORD";
    return line.replace(line.find(placeholder), placeholder.size(), "secret");
  }
  throw std::runtime_error("docs/reference/without-redis.md names no user");
}

/// Servers that copy one another, watched by sentinels
/// (https://redis.io/docs/latest/operate/oss_and_stack/management/sentinel/).
Directives server_directives(const Certificate& certificate) {
  Directives all = certificate.directives();
  for (const char* line : {"tls-replication yes", "user default off", "user admin on >admin ~* &* +@all",
                           "user copier on >copy +psync +replconf +ping", "masteruser copier", "masterauth copy",
                           "user watcher on >watch allchannels +multi +slaveof +ping +exec +subscribe +config|rewrite "
                           "+role +publish +info "
                           "+client|setname +client|kill +script|kill"})
    all.emplace_back(line);
  all.push_back(documented_user());
  return all;
}

std::string admin_cli(const Certificate& certificate) {
  return certificate.cli_options() + " --user admin --pass admin --no-auth-warning";
}

TEST(SecuredRedis, sentinels_name_the_next_master) {
  const Certificate certificate;
  const Directives common = server_directives(certificate);
  RedisProcess master(common);
  Directives second = common;
  second.push_back(fmt::format("replicaof 127.0.0.1 {}", master.port()));
  RedisProcess standby(second);
  Directives watch = certificate.directives();
  for (const std::string& line :
       {std::string("tls-replication yes"), std::string("user default off"),
        std::string("user admin on >admin ~* &* +@all"),
        std::string("user asker on >ask resetchannels +sentinel|get-master-addr-by-name"),
        fmt::format("sentinel monitor main 127.0.0.1 {} 1", master.port()),
        std::string("sentinel auth-user main watcher"), std::string("sentinel auth-pass main watch"),
        std::string("sentinel down-after-milliseconds main 500"), std::string("sentinel failover-timeout main 3000")})
    watch.push_back(line);
  RedisProcess sentinel(watch, true);
  for (RedisProcess* process : {&master, &standby, &sentinel}) process->set_cli_options(admin_cli(certificate));
  ASSERT_TRUE(eventually([&] { return sentinel.cli("SENTINEL replicas main").find("slave") != std::string::npos; }));
  ASSERT_TRUE(
      eventually([&] { return standby.cli("INFO replication").find("master_link_status:up") != std::string::npos; }));

  const std::string url = fmt::format("rediss+sentinel://sigma:secret@127.0.0.1:{}/main", sentinel.port());
  Replica replica(url + "?sentinel_user=asker&sentinel_password=ask", certificate.trusting());
  EXPECT_TRUE(keeps(replica.connected(), "before"));
  EXPECT_EQ(master.cli("GET sigma:cache:before"), "value");
  EXPECT_TRUE(run(replica.limiter->allow("key", {})).allowed);
  std::atomic<int> messages{0};
  replica.redis->pub_sub().subscribe("news", {.on_message = [&](std::string_view) { ++messages; }, .on_gap = [] {}});
  ASSERT_TRUE(eventually([&] { return replica.redis->pub_sub().listening(); }));

  master.kill();
  EXPECT_TRUE(eventually([&] { return keeps(replica, "after"); }));
  EXPECT_EQ(standby.cli("GET sigma:cache:after"), "value");
  ASSERT_TRUE(eventually([&] { return replica.redis->pub_sub().listening(); }));
  EXPECT_TRUE(run(replica.redis->pub_sub().publish("news", "x")));
  EXPECT_TRUE(eventually([&] { return messages == 1; }));

  Replica unknown(url, certificate.trusting());  // the sentinels want a user of their own
  EXPECT_NE(why_not(unknown).find("NOAUTH"), std::string::npos) << why_not(unknown);
  Replica distrustful(url + "?sentinel_user=asker&sentinel_password=ask");
  EXPECT_NE(why_not(distrustful).find("TLS"), std::string::npos) << why_not(distrustful);
}

TEST(SecuredRedis, a_cluster_is_followed_where_its_slots_go) {
  const Certificate certificate;
  Directives extra = server_directives(certificate);
  extra.emplace_back("tls-cluster yes");
  const RedisCluster cluster(extra, admin_cli(certificate));
  const auto& nodes = cluster.nodes();
  Replica replica(fmt::format("rediss+cluster://sigma:secret@127.0.0.1:{}", nodes[0]->port()), certificate.trusting());
  replica.connected();
  for (int i = 0; i < 30; ++i) EXPECT_TRUE(keeps(replica, "key-" + std::to_string(i)));
  for (const auto& node : nodes) EXPECT_NE(node->cli("DBSIZE"), "0");
  EXPECT_TRUE(run(replica.limiter->allow("key", {})).allowed);
  replica.redis->pub_sub().subscribe("news", {.on_message = [](std::string_view) {}, .on_gap = [] {}});
  EXPECT_TRUE(eventually([&] { return replica.redis->pub_sub().listening(); }));

  const std::string slot = nodes[0]->cli("CLUSTER KEYSLOT sigma:cache:key-1");
  const auto owns = [&](const auto& node) { return node->cli("CLUSTER COUNTKEYSINSLOT " + slot) != "0"; };
  const auto from = std::ranges::find_if(nodes, owns), to = std::ranges::find_if_not(nodes, owns);
  ASSERT_NE(from, nodes.end());
  (*to)->cli(fmt::format("CLUSTER SETSLOT {} IMPORTING {}", slot, RedisCluster::id_of(**from)));
  (*from)->cli(fmt::format("CLUSTER SETSLOT {} MIGRATING {}", slot, RedisCluster::id_of(**to)));
  (*from)->cli(fmt::format("MIGRATE 127.0.0.1 {} sigma:cache:key-1 0 5000 AUTH2 admin admin", (*to)->port()));
  EXPECT_EQ(run(replica.redis->cache().get("key-1")), "value") << "ASK";
  for (const auto& node : {to, from})
    (*node)->cli(fmt::format("CLUSTER SETSLOT {} NODE {}", slot, RedisCluster::id_of(**to)));
  EXPECT_TRUE(eventually([&] {
    return run(replica.redis->cache().get("key-1")) == "value" && keeps(replica, "key-1");
  })) << "MOVED";
}

}  // namespace
}  // namespace sigma::cache_redis::contract
