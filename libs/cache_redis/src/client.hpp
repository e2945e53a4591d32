// Commands from any thread, answered on the caller's executor.
#pragma once
#include <atomic>
#include <boost/asio/any_completion_handler.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <thread>

#include "sigma/cache_redis/redis.hpp"
#include "subscriber.hpp"
#include "topology.hpp"

namespace sigma::cache_redis {

class Client {
 public:
  Client(RedisUrl url, const RedisOptions& options, TlsContext tls, core::Metrics& metrics);
  ~Client();

  /// Code::unavailable, Code::deadline, Code::overloaded; errors of the server are replies. `key` says which server is
  /// asked.
  core::Task<core::Result<Reply>> command(std::string key, Command command);
  void subscribe(std::string channel, cache::PubSub::Listener listener);
  bool listening() const { return subscriber_->listening(); }
  bool available() const { return available_; }
  const std::string& prefix() const { return prefix_; }

 private:
  using Outcome = core::Result<Reply>;
  using Handler = boost::asio::any_completion_handler<void(Outcome)>;
  struct Call;

  void begin(const std::shared_ptr<Call>& call);
  void send(const std::shared_ptr<Call>& call, const std::shared_ptr<Node>& node, bool asking);
  void finish(Call& call, Outcome outcome);
  void look();

  struct Instruments {
    explicit Instruments(core::Metrics& metrics);
    prometheus::Counter &answered, &refused, &late, &unavailable, &overloaded, &connections;
    prometheus::Gauge &up, &waiting;
    prometheus::Histogram& seconds;
  };

  const std::string prefix_;
  Instruments instruments_;
  std::atomic<bool> available_{false};
  bool reported_ = false, was_available_ = false;
  std::unique_ptr<Topology> topology_;
  std::shared_ptr<Subscriber> subscriber_;
  boost::asio::io_context context_{1};
  boost::asio::executor_work_guard<boost::asio::io_context::executor_type> work_{context_.get_executor()};
  std::thread thread_;
};

}  // namespace sigma::cache_redis
