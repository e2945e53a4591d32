// A thread with its event loop, acceptor and connections.
#pragma once
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/intrusive/list.hpp>
#include <span>
#include <thread>

#include "answer.hpp"
#include "descriptor.hpp"
#include "fleet.hpp"
#include "session.hpp"
#include "sigma/core/random.hpp"

namespace sigma::http {

class Worker {
 public:
  using Endpoint = boost::asio::ip::tcp::endpoint;

  Worker(Fleet& fleet, core::Random& random);
  ~Worker();
  Worker(const Worker&) = delete;
  Worker& operator=(const Worker&) = delete;

  /// `share_port`: other workers listen on the same port.
  core::Result<void> listen(const Endpoint& endpoint, bool share_port);
  Endpoint endpoint() const;
  /// `crew`: all workers of the server, who share new connections evenly.
  void start(std::span<const std::unique_ptr<Worker>> crew, std::string thread_name);
  /// Thread-safe. Takes in what the kernel has already accepted, closes the acceptor, tells every session.
  void drain();
  /// Thread-safe, idempotent. Cuts off every connection and joins the thread.
  void stop();

  // For sessions, on this worker's thread.
  Fleet& fleet() { return fleet_; }
  boost::asio::io_context& context() { return context_; }
  std::string_view date() { return date_.now(); }
  std::string next_request_id();
  void connection_left() { load_.fetch_sub(1, std::memory_order_relaxed); }

 private:
  using Sessions = boost::intrusive::list<Session, boost::intrusive::constant_time_size<false>>;
  enum class Accepted { all, some, none_possible };

  void wait_for_connections();
  void accept_ready();
  Accepted accept_up_to(std::size_t count);
  void place(Descriptor descriptor, const Endpoint& peer);
  void take(Descriptor descriptor, const Endpoint& peer);
  void close_acceptor();

  Fleet& fleet_;
  std::span<const std::unique_ptr<Worker>> crew_;
  std::atomic<std::size_t> load_{0};  ///< connections placed here, for the choice of the least loaded
  DateText date_;
  std::string request_id_prefix_;
  std::uint32_t requests_ = 0;
  Sessions sessions_;
  boost::asio::io_context context_{1};  ///< destroys the sessions that are left: everything they use stands above
  boost::asio::ip::tcp::acceptor acceptor_{context_};
  boost::asio::steady_timer retry_{context_};    ///< of accept when descriptors have run out
  boost::asio::steady_timer closing_{context_};  ///< of the acceptor during drain
  std::thread thread_;
};

}  // namespace sigma::http
