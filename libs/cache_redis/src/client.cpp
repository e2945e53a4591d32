#include "client.hpp"

#include <pthread.h>

#include <boost/asio/dispatch.hpp>
#include <boost/asio/post.hpp>

#include "sigma/cache_redis/metrics.hpp"
#include "sigma/core/log.hpp"

namespace sigma::cache_redis {
namespace asio = boost::asio;
namespace {

constexpr int kMaxRedirects = 5;

}  // namespace

struct Client::Call {
  Call(std::string where, Command what, Handler waiting, const asio::io_context::executor_type& otherwise)
      : key(std::move(where)),
        command(std::move(what)),
        executor(asio::get_associated_executor(waiting, otherwise)),
        handler(std::move(waiting)) {}

  std::string key;
  Command command;
  asio::any_completion_executor executor;
  Handler handler;  // Boost 1.81 cannot assign one
  std::chrono::steady_clock::time_point begun = std::chrono::steady_clock::now();
  int redirects = 0;
};

Client::Instruments::Instruments(core::Metrics& metrics)
    : answered(core::counter_of(metrics, kCommandsTotal, {{"outcome", "answered"}})),
      refused(core::counter_of(metrics, kCommandsTotal, {{"outcome", "error"}})),
      late(core::counter_of(metrics, kCommandsTotal, {{"outcome", "deadline"}})),
      unavailable(core::counter_of(metrics, kCommandsTotal, {{"outcome", "unavailable"}})),
      overloaded(core::counter_of(metrics, kCommandsTotal, {{"outcome", "overloaded"}})),
      connections(core::counter_of(metrics, kConnectionsTotal)),
      up(core::gauge_of(metrics, kUp)),
      waiting(core::gauge_of(metrics, kWaiting)),
      seconds(core::histogram_of(metrics, kCommandSeconds, {},
                                 {0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5})) {}

Client::Client(RedisUrl url, const RedisOptions& options, TlsContext tls, core::Metrics& metrics)
    : prefix_(url.prefix), instruments_(metrics) {
  NodeOptions node;
  node.connections = options.connections;
  node.link.deadline = options.deadline;
  node.link.max_in_flight = options.max_in_flight;
  node.link.connection = {
      .credentials = url.credentials, .db = url.db, .tls = std::move(tls), .open_deadline = options.connect_deadline};
  const auto changed = [this] { look(); };
  topology_ = url.deployment == Deployment::cluster ? make_cluster(context_, url, node, changed)
                                                    : make_single(context_, url, node, changed);
  subscriber_ = std::make_shared<Subscriber>(
      context_, [this] { return topology_->locate_any(); }, SubscriberOptions{.connection = node.link.connection});
  topology_->start();
  thread_ = std::thread([this] { context_.run(); });
  pthread_setname_np(thread_.native_handle(), "redis");
}

Client::~Client() {
  context_.stop();
  thread_.join();
  // Their timers and sockets must go before the event loop. What coroutines of the loop hold goes with the loop.
  subscriber_.reset();
  topology_.reset();
}

core::Task<core::Result<Reply>> Client::command(std::string key, Command command) {
  auto initiate = [this](auto handler, std::string where, Command what) {
    auto call =
        std::make_shared<Call>(std::move(where), std::move(what), Handler(std::move(handler)), context_.get_executor());
    instruments_.waiting.Increment();
    asio::post(context_, [this, call = std::move(call)] { begin(call); });
  };
  co_return co_await asio::async_initiate<const asio::use_awaitable_t<>, void(Outcome)>(
      initiate, asio::use_awaitable, std::move(key), std::move(command));
}

void Client::begin(const std::shared_ptr<Call>& call) {
  if (const auto node = topology_->node_for(call->key)) return send(call, node, false);
  topology_->failed();
  finish(*call, core::Error{core::Code::unavailable, "The cache server cannot be reached.", topology_->last_error()});
}

void Client::send(const std::shared_ptr<Call>& call, const std::shared_ptr<Node>& node, bool asking) {
  node->send(call->command, asking, [this, call, node](Outcome outcome) {
    if (!outcome) {
      topology_->failed();
    } else if (outcome->is_error()) {
      const auto redirect = topology_->redirect(node, *outcome);
      if (redirect && ++call->redirects <= kMaxRedirects) return send(call, redirect->node, redirect->asking);
    }
    finish(*call, std::move(outcome));
  });
}

void Client::finish(Call& call, Outcome outcome) {
  instruments_.waiting.Decrement();
  if (outcome) {
    (outcome->is_error() ? instruments_.refused : instruments_.answered).Increment();
    if (outcome->is_error() && !outcome->is_error("NOSCRIPT"))
      core::log::warn("redis_error", {{"command", call.command.front()}, {"cause", outcome->text}});
    instruments_.seconds.Observe(std::chrono::duration<double>(std::chrono::steady_clock::now() - call.begun).count());
  } else {
    const core::Code code = outcome.error().code();
    (code == core::Code::deadline     ? instruments_.late
     : code == core::Code::overloaded ? instruments_.overloaded
                                      : instruments_.unavailable)
        .Increment();
  }
  asio::dispatch(call.executor, [handler = std::move(call.handler), outcome = std::move(outcome)]() mutable {
    std::move(handler)(std::move(outcome));
  });
}

// Tells the world when Redis comes and goes, once each time.
void Client::look() {
  const bool now = topology_->available();
  instruments_.up.Set(now ? 1 : 0);
  instruments_.connections.Increment(static_cast<double>(topology_->connections()) - instruments_.connections.Value());
  available_ = now;
  if (now == was_available_ && reported_) return;
  was_available_ = now;
  reported_ = true;
  if (now) {
    core::log::info("redis_connected", {});
  } else {
    core::log::warn("redis_lost", {{"cause", topology_->last_error()}});
  }
}

void Client::subscribe(std::string channel, cache::PubSub::Listener listener) {
  asio::post(context_, [this, channel = std::move(channel), listener = std::move(listener)]() mutable {
    subscriber_->subscribe(std::move(channel), std::move(listener));
  });
}

}  // namespace sigma::cache_redis
