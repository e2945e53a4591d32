// One TCP or TLS connection to one server, one question at a time: how every conversation begins.
#pragma once
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <chrono>
#include <memory>

#include "reply.hpp"
#include "sigma/cache_redis/url.hpp"
#include "sigma/core/task.hpp"
#include "sigma/http/stream.hpp"

namespace sigma::cache_redis {

using TlsContext = std::shared_ptr<boost::asio::ssl::context>;

struct ConnectionOptions {
  Credentials credentials;
  int db = 0;
  TlsContext tls;                                  ///< nullptr: plain TCP
  std::chrono::milliseconds open_deadline{1'000};  ///< resolve, connect, TLS and AUTH together
  std::size_t max_reply_bytes = 1024 * 1024;
};

/// On the event loop's thread only. Whoever waits for it keeps it alive.
class Connection : public std::enable_shared_from_this<Connection> {
 public:
  /// Connected, authenticated, and in its database. Code::unavailable; Code::unauthorized when the server wants other
  /// credentials.
  static core::Task<core::Result<std::shared_ptr<Connection>>> open(boost::asio::io_context& context, Address address,
                                                                    ConnectionOptions options);
  ~Connection();

  const Address& address() const { return address_; }
  /// Sends and reads one reply within `deadline`; errors of the server are replies.
  core::Task<core::Result<Reply>> ask(Command command, std::chrono::milliseconds deadline);

  core::Task<core::Result<void>> write(std::string_view bytes);
  /// The next reply.
  core::Task<core::Result<Reply>> read();
  /// Closes the connection after `limit` unless postponed or called off: what waits then fails.
  void close_after(std::chrono::milliseconds limit);
  void call_off() { timer_.cancel(); }
  /// What waits fails. Idempotent.
  void close();

 private:
  Connection(boost::asio::io_context& context, Address address, ConnectionOptions options);
  core::Task<core::Result<void>> connect();
  core::Task<core::Result<void>> introduce();
  core::Task<core::Result<void>> expect_ok(Command command);
  core::Error refused(std::string_view command, const Reply& reply) const;

  const Address address_;
  const ConnectionOptions options_;
  boost::asio::ip::basic_resolver<boost::asio::ip::tcp, boost::asio::io_context::executor_type> resolver_;
  http::Socket socket_;
  std::unique_ptr<http::Stream> stream_;
  boost::asio::steady_timer timer_;
  bool closed_ = false;
  ReplyReader reader_;
  std::array<char, 16 * 1024> buffer_;
};

}  // namespace sigma::cache_redis
