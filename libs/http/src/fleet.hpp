#pragma once
#include <atomic>
#include <boost/asio/ssl/context.hpp>
#include <condition_variable>
#include <memory>
#include <mutex>

#include "gate.hpp"

namespace sigma::http {

using TlsContext = std::shared_ptr<boost::asio::ssl::context>;

/// What the threads of one server share. Thread-safe.
class Fleet {
 public:
  Fleet(const Gate& gate, TlsContext tls) : gate_(gate), tls_(std::move(tls)) {}

  const Gate& gate() const { return gate_; }
  /// For new connections; null on a plain server.
  TlsContext tls() const;
  void set_tls(TlsContext tls);

  /// Answers end their connection, so that the next request of whoever sent it goes to another replica.
  bool retiring() const { return retiring_; }
  void start_retiring() { retiring_ = true; }
  bool draining() const { return draining_; }
  void start_draining() { retiring_ = draining_ = true; }
  /// False when the bound on connections is reached.
  bool try_add_connection();
  void remove_connection();
  void add_acceptor() { ++acceptors_; }
  void remove_acceptor();
  /// True when every acceptor is closed and every connection gone before `deadline`.
  bool wait_until_empty(std::chrono::steady_clock::time_point deadline);

 private:
  void notify();

  const Gate& gate_;
  mutable std::mutex mutex_;
  TlsContext tls_;
  std::condition_variable empty_;
  std::atomic<bool> retiring_{false};
  std::atomic<bool> draining_{false};
  std::atomic<std::size_t> connections_{0};
  std::atomic<std::size_t> acceptors_{0};
};

}  // namespace sigma::http
