#include "subscriber.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>

namespace sigma::cache_redis {
namespace asio = boost::asio;
using core::Result;

Subscriber::Subscriber(asio::io_context& context, Locate locate, SubscriberOptions options)
    : context_(context),
      locate_(std::move(locate)),
      options_(std::move(options)),
      pause_(context),
      heartbeat_(context) {}

void Subscriber::subscribe(std::string channel, cache::PubSub::Listener listener) {
  listeners_.emplace(std::move(channel), std::move(listener));
  if (!running_) {
    running_ = true;
    asio::co_spawn(context_, run(), asio::detached);
  } else if (connection_) {
    connection_->close();  // seldom, and at start-up: begin again with all channels
  }
}

void Subscriber::stop() {
  stopped_ = true;
  pause_.cancel();
  heartbeat_.cancel();
  if (connection_) connection_->close();
}

core::Task<> Subscriber::run() {
  const auto self = shared_from_this();
  while (!stopped_) {
    auto address = co_await locate_();
    if (address) {
      auto connection = co_await Connection::open(context_, *address, options_.connection);
      if (connection && !stopped_) {
        connection_ = *connection;
        (void)co_await listen(*connection);
        connection_->close();
        connection_ = nullptr;
        heartbeat_.cancel();
        if (listening_.exchange(false)) tell_gap();
      }
    }
    if (stopped_) break;
    pause_.expires_after(options_.pause);
    co_await pause_.async_wait(asio::as_tuple(asio::use_awaitable));
  }
}

Command Subscriber::subscription() const {
  Command command{"SUBSCRIBE"};
  for (auto entry = listeners_.begin(); entry != listeners_.end(); entry = listeners_.upper_bound(entry->first))
    command.push_back(entry->first);
  return command;
}

core::Task<Result<void>> Subscriber::listen(std::shared_ptr<Connection> connection) {
  const Command command = subscription();
  awaited_ = command.size() - 1;
  connection->close_after(options_.silence);
  SIGMA_CO_CHECK(co_await connection->write(encode(command)));
  asio::co_spawn(context_, keep_alive(connection), asio::detached);
  for (;;) {
    SIGMA_CO_TRY(const Reply reply, co_await connection->read());
    connection->close_after(options_.silence);
    if (reply.is_error())
      co_return core::Error{core::Code::unavailable, "The cache server refuses the subscription.", reply.text};
    deliver(reply);
  }
}

// A connection may die without a word; PINGs make it speak, or be given up.
core::Task<> Subscriber::keep_alive(std::shared_ptr<Connection> connection) {
  const auto self = shared_from_this();
  while (connection == connection_) {
    heartbeat_.expires_after(options_.heartbeat);
    const auto [error] = co_await heartbeat_.async_wait(asio::as_tuple(asio::use_awaitable));
    if (error || !co_await connection->write(encode({"PING"}))) co_return;
  }
}

void Subscriber::deliver(const Reply& reply) {
  if (reply.items.size() < 3) return;  // the answer to PING
  const bool subscribed = reply.items[0].text == "subscribe" && awaited_ > 0;
  if (subscribed) --awaited_;
  if (subscribed && awaited_ == 0) {
    // What was published before is missed; what comes from now on is heard.
    tell_gap();
    listening_ = true;
  }
  if (reply.items[0].text != "message") return;
  const auto [begin, end] = listeners_.equal_range(reply.items[1].text);
  for (auto entry = begin; entry != end; ++entry) entry->second.on_message(reply.items[2].text);
}

void Subscriber::tell_gap() {
  for (const auto& [channel, listener] : listeners_) listener.on_gap();
}

}  // namespace sigma::cache_redis
