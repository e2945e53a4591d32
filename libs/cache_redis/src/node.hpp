#pragma once
#include <vector>

#include "breaker.hpp"
#include "link.hpp"

namespace sigma::cache_redis {

struct NodeOptions {
  LinkOptions link;
  Breaker::Limits breaker;
  std::size_t connections = 1;
};

/// One server: its connections and the circuit breaker before them. On the event loop's thread only.
class Node : public std::enable_shared_from_this<Node> {
 public:
  /// `changed` is called when available() may have changed.
  Node(boost::asio::io_context& context, Link::Locate locate, const NodeOptions& options,
       std::function<void()> changed);

  void start();
  void stop();
  /// Whether a command would be sent now.
  bool available() const;
  std::uint64_t connections() const;
  std::string last_error() const;

  void send(const Command& command, bool asking, Link::Answer answer);
  /// The server is not what we took it for: look for it again.
  void reconnect();

 private:
  Link* best_link() const;
  void account(const core::Result<Reply>& outcome);
  void schedule_probe();

  const NodeOptions options_;
  const std::function<void()> changed_;
  std::vector<std::shared_ptr<Link>> links_;
  Breaker breaker_;
  boost::asio::steady_timer probe_timer_;
};

}  // namespace sigma::cache_redis
