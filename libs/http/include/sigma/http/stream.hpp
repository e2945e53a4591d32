// A connection's bytes, TCP or TLS behind one interface, so that Asio's templates are instantiated once: for the HTTP
// server and client, and for drivers that speak another protocol over TCP.
#pragma once
#include <array>
#include <boost/asio/any_completion_handler.hpp>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <memory>
#include <utility>

#include "sigma/core/result.hpp"
#include "sigma/core/task.hpp"

namespace sigma::http {

using ErrorCode = boost::system::error_code;
using Socket = boost::asio::basic_stream_socket<boost::asio::ip::tcp, boost::asio::io_context::executor_type>;
/// Header and body of an answer; either may be empty.
using ConstBuffers = std::array<boost::asio::const_buffer, 2>;

/// One operation a direction at a time, all on the connection's event loop.
class Stream {
 public:
  using Handler = boost::asio::any_completion_handler<void(ErrorCode, std::size_t)>;

  virtual ~Stream() = default;
  virtual void async_handshake(Handler handler) = 0;
  virtual void async_read_some(boost::asio::mutable_buffer buffer, Handler handler) = 0;
  /// Writes what can be written without waiting; 0 when that is nothing. Never fails: async_write will say why.
  virtual std::size_t write_now(const ConstBuffers& buffers) = 0;
  /// Writes everything.
  virtual void async_write(ConstBuffers buffers, Handler handler) = 0;
  /// Tells the peer that nothing follows.
  virtual void async_finish(Handler handler) = 0;
  virtual Socket& socket() = 0;

  void close() {
    ErrorCode ignored;
    socket().close(ignored);
  }
};

std::unique_ptr<Stream> make_plain_stream(Socket socket);
std::unique_ptr<Stream> make_tls_stream(Socket socket, std::shared_ptr<boost::asio::ssl::context> context);
/// The client's side: names `host` to the server and accepts no certificate of another.
std::unique_ptr<Stream> make_tls_client_stream(Socket socket, std::shared_ptr<boost::asio::ssl::context> context,
                                               const std::string& host);

/// TLS 1.2 or newer; verifies the peer by the authorities in the PEM file `ca_file`, empty: the system's.
/// Code::invalid_input when they cannot be read.
core::Result<std::shared_ptr<boost::asio::ssl::context>> make_tls_client_context(const std::string& ca_file);

/// `auto [error, bytes] = co_await await_io([…](Stream::Handler handler) { stream.async_…(…, std::move(handler)); })`.
template <class Start>
auto await_io(Start start) {
  const auto initiate = [](auto handler, Start begin) { begin(Stream::Handler(std::move(handler))); };
  return boost::asio::async_initiate<const boost::asio::as_tuple_t<boost::asio::use_awaitable_t<>>,
                                     void(ErrorCode, std::size_t)>(
      initiate, boost::asio::as_tuple(boost::asio::use_awaitable), std::move(start));
}

}  // namespace sigma::http
