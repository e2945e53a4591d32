#pragma once
#include <atomic>
#include <functional>
#include <map>

#include "connection.hpp"
#include "sigma/cache/pub_sub.hpp"

namespace sigma::cache_redis {

struct SubscriberOptions {
  ConnectionOptions connection;
  std::chrono::milliseconds heartbeat{500};  ///< between PINGs
  std::chrono::milliseconds silence{1'500};  ///< without any byte: the connection is lost
  std::chrono::milliseconds pause{200};      ///< between attempts
};

/// The connection that listens. Made again whenever it is lost; listeners are told of the gap at its beginning and at
/// its end. On the event loop's thread only, but listening().
class Subscriber : public std::enable_shared_from_this<Subscriber> {
 public:
  using Locate = std::function<core::Task<core::Result<Address>>()>;
  Subscriber(boost::asio::io_context& context, Locate locate, SubscriberOptions options);

  void subscribe(std::string channel, cache::PubSub::Listener listener);
  void stop();
  bool listening() const { return listening_; }

 private:
  core::Task<> run();
  core::Task<core::Result<void>> listen(std::shared_ptr<Connection> connection);
  core::Task<> keep_alive(std::shared_ptr<Connection> connection);
  void deliver(const Reply& reply);
  void tell_gap();
  Command subscription() const;

  boost::asio::io_context& context_;
  const Locate locate_;
  const SubscriberOptions options_;
  std::multimap<std::string, cache::PubSub::Listener> listeners_;
  std::shared_ptr<Connection> connection_;
  boost::asio::steady_timer pause_, heartbeat_;
  std::atomic<bool> listening_{false};
  std::size_t awaited_ = 0;  ///< confirmations of subscriptions
  bool running_ = false, stopped_ = false;
};

}  // namespace sigma::cache_redis
