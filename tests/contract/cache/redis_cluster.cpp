#include "redis_cluster.hpp"

#include <fmt/format.h>

namespace sigma::cache_redis::contract {

std::vector<std::string> RedisCluster::directives() {
  return {"cluster-enabled yes", "cluster-node-timeout 1500", "cluster-require-full-coverage no"};
}

RedisCluster::RedisCluster(const std::vector<std::string>& extra, const std::string& cli_options) {
  std::vector<std::string> all = directives();
  all.insert(all.end(), extra.begin(), extra.end());
  std::string addresses;
  for (int i = 0; i < 3; ++i) {
    nodes_.push_back(std::make_unique<RedisProcess>(all));
    nodes_.back()->set_cli_options(cli_options);
    addresses += fmt::format(" 127.0.0.1:{}", nodes_.back()->port());
  }
  shell(fmt::format("redis-cli {} --cluster create{} --cluster-yes", cli_options, addresses));
  for (const auto& node : nodes_)
    while (node->cli("CLUSTER INFO").find("cluster_state:ok") == std::string::npos) {
    }
}

}  // namespace sigma::cache_redis::contract
