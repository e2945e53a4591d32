#include "topology.hpp"

namespace sigma::cache_redis {
namespace asio = boost::asio;
namespace {

using core::Result;
using core::Task;

class Single final : public Topology {
 public:
  Single(asio::io_context& context, const RedisUrl& url, NodeOptions options, std::function<void()> changed)
      : context_(context), url_(url), sentinel_(options.link.connection) {
    sentinel_.credentials = url.sentinel_credentials;
    sentinel_.db = 0;
    options.link.must_be_master = url.deployment == Deployment::sentinel;
    node_ = std::make_shared<Node>(context, [this] { return locate_any(); }, options, std::move(changed));
  }

  void start() override { node_->start(); }
  void stop() override { node_->stop(); }
  std::shared_ptr<Node> node_for(std::string_view) override { return node_; }
  std::optional<Redirect> redirect(const std::shared_ptr<Node>&, const Reply& error) override {
    // A master that became a replica keeps its connections.
    if (error.is_error("READONLY") || error.is_error("MASTERDOWN")) node_->reconnect();
    return std::nullopt;
  }
  void failed() override {}
  bool available() const override { return node_->available(); }
  std::uint64_t connections() const override { return node_->connections(); }
  std::string last_error() const override { return node_->last_error(); }

  Task<Result<Address>> locate_any() override {
    if (url_.deployment == Deployment::sentinel) co_return co_await ask_sentinels();
    co_return url_.addresses.front();
  }

 private:
  // The first sentinel that answers, beginning with the one that answered last.
  Task<Result<Address>> ask_sentinels() {
    core::Error why;
    for (std::size_t i = 0; i < url_.addresses.size(); ++i) {
      const std::size_t index = (preferred_ + i) % url_.addresses.size();
      auto master = co_await ask_sentinel(url_.addresses[index]);
      if (master) {
        preferred_ = index;
        co_return master;
      }
      why = master.error();
    }
    co_return why;
  }

  Task<Result<Address>> ask_sentinel(Address sentinel) {
    SIGMA_CO_TRY(const auto connection, co_await Connection::open(context_, sentinel, sentinel_));
    SIGMA_CO_TRY(const Reply reply, co_await connection->ask({"SENTINEL", "get-master-addr-by-name", url_.master},
                                                             sentinel_.open_deadline));
    connection->close();
    if (reply.items.size() == 2) co_return Address{reply.items[0].text, reply.items[1].text};
    co_return core::Error{core::Code::unavailable, "The cache server cannot be reached.",
                          fmt::format("{}: knows no master named {} {}", sentinel.str(), url_.master, reply.text)};
  }

  asio::io_context& context_;
  const RedisUrl url_;
  ConnectionOptions sentinel_;
  std::size_t preferred_ = 0;
  std::shared_ptr<Node> node_;
};

}  // namespace

std::unique_ptr<Topology> make_single(asio::io_context& context, const RedisUrl& url, const NodeOptions& options,
                                      std::function<void()> changed) {
  return std::make_unique<Single>(context, url, options, std::move(changed));
}

}  // namespace sigma::cache_redis
