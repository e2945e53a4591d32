// Which server a command goes to.
#pragma once
#include <memory>

#include "node.hpp"

namespace sigma::cache_redis {

/// On the event loop's thread only.
class Topology {
 public:
  virtual ~Topology() = default;
  virtual void start() = 0;
  virtual void stop() = 0;
  /// Where commands on `key` go; nullptr when that is not known (yet).
  virtual std::shared_ptr<Node> node_for(std::string_view key) = 0;

  struct Redirect {
    std::shared_ptr<Node> node;
    bool asking = false;
  };
  /// What an error reply teaches: the node that knows better, or nothing.
  virtual std::optional<Redirect> redirect(const std::shared_ptr<Node>& from, const Reply& error) = 0;
  /// A command could not be sent or was not answered.
  virtual void failed() = 0;
  /// Any server that may be up, for subscriptions.
  virtual core::Task<core::Result<Address>> locate_any() = 0;

  virtual bool available() const = 0;
  virtual std::uint64_t connections() const = 0;
  virtual std::string last_error() const = 0;
};

/// One server, or the master that sentinels name.
std::unique_ptr<Topology> make_single(boost::asio::io_context& context, const RedisUrl& url, const NodeOptions& options,
                                      std::function<void()> changed);
std::unique_ptr<Topology> make_cluster(boost::asio::io_context& context, const RedisUrl& url,
                                       const NodeOptions& options, std::function<void()> changed);

/// 0 to 16383: CRC-16/XMODEM of the key, or of what its first {…} holds (Redis Cluster specification).
std::uint16_t slot_of(std::string_view key);

}  // namespace sigma::cache_redis
