#pragma once
#include <memory>
#include <string>
#include <vector>

#include "redis_process.hpp"

namespace sigma::cache_redis::contract {

/// Three masters that share the slots.
class RedisCluster {
 public:
  using Nodes = std::vector<std::unique_ptr<RedisProcess>>;

  /// `extra`: directives of all; `cli_options`: what redis-cli needs to be let in.
  explicit RedisCluster(const std::vector<std::string>& extra = {}, const std::string& cli_options = "");

  const Nodes& nodes() const { return nodes_; }
  static std::vector<std::string> directives();
  static std::string id_of(const RedisProcess& node) { return node.cli("CLUSTER MYID"); }

 private:
  Nodes nodes_;
};

}  // namespace sigma::cache_redis::contract
