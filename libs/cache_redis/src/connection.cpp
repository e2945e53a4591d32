#include "connection.hpp"

#include <boost/asio/ip/tcp.hpp>

namespace sigma::cache_redis {
namespace asio = boost::asio;
namespace {

using core::Result;
using http::ErrorCode;

core::Error lost(std::string cause) {
  return {core::Code::unavailable, "The cache server cannot be reached.", std::move(cause)};
}

}  // namespace

Connection::Connection(asio::io_context& context, Address address, ConnectionOptions options)
    : address_(std::move(address)),
      options_(std::move(options)),
      resolver_(context.get_executor()),
      socket_(context.get_executor()),
      timer_(context),
      reader_(options_.max_reply_bytes) {}

Connection::~Connection() = default;

core::Task<Result<std::shared_ptr<Connection>>> Connection::open(asio::io_context& context, Address address,
                                                                 ConnectionOptions options) {
  const std::shared_ptr<Connection> connection(new Connection(context, std::move(address), std::move(options)));
  connection->close_after(connection->options_.open_deadline);
  SIGMA_CO_CHECK(co_await connection->connect());
  SIGMA_CO_CHECK(co_await connection->introduce());
  connection->call_off();
  co_return connection;
}

core::Task<Result<void>> Connection::connect() {
  auto [error, endpoints] = co_await resolver_.async_resolve(
      address_.host, address_.port, asio::ip::resolver_base::numeric_service, asio::as_tuple(asio::use_awaitable));
  if (!error && closed_) error = asio::error::operation_aborted;
  if (error) co_return lost(fmt::format("{}: {}", address_.str(), error.message()));
  error = asio::error::host_not_found;
  for (const auto& endpoint : endpoints) {
    ErrorCode ignored;
    socket_.close(ignored);
    std::tie(error) = co_await socket_.async_connect(endpoint.endpoint(), asio::as_tuple(asio::use_awaitable));
    if (!error || closed_) break;
  }
  if (error || closed_) co_return lost(fmt::format("{}: {}", address_.str(), error.message()));
  socket_.set_option(asio::ip::tcp::no_delay(true), error);
  stream_ = options_.tls ? http::make_tls_client_stream(std::move(socket_), options_.tls, address_.host)
                         : http::make_plain_stream(std::move(socket_));
  std::tie(error, std::ignore) =
      co_await http::await_io([this](http::Stream::Handler handler) { stream_->async_handshake(std::move(handler)); });
  if (error) co_return lost(fmt::format("{}: TLS: {}", address_.str(), error.message()));
  co_return Result<void>();
}

core::Task<Result<void>> Connection::introduce() {
  const Credentials& who = options_.credentials;
  if (!who.password.empty()) {
    Command auth{"AUTH"};
    if (!who.username.empty()) auth.push_back(who.username);
    auth.push_back(who.password);
    SIGMA_CO_CHECK(co_await expect_ok(std::move(auth)));
  }
  if (options_.db != 0) SIGMA_CO_CHECK(co_await expect_ok({"SELECT", std::to_string(options_.db)}));
  // A server that accepts connections but does not answer is no server.
  SIGMA_CO_TRY(const Reply alive, co_await ask({"PING"}, options_.open_deadline));
  if (!alive.is_error() || alive.is_error("NOPERM")) co_return Result<void>();
  co_return refused("PING", alive);
}

core::Error Connection::refused(std::string_view command, const Reply& reply) const {
  const bool credentials = reply.is_error("WRONGPASS") || reply.is_error("NOAUTH") || command == "AUTH";
  return {credentials ? core::Code::unauthorized : core::Code::unavailable, "The cache server refuses us.",
          fmt::format("{}: {}: {}", address_.str(), command, reply.text)};
}

core::Task<Result<void>> Connection::expect_ok(Command command) {
  const std::string& name = command.front();
  SIGMA_CO_CHECK(co_await write(encode(command)));
  SIGMA_CO_TRY(const Reply reply, co_await read());
  if (!reply.is_error()) co_return Result<void>();
  co_return refused(name, reply);
}

core::Task<Result<Reply>> Connection::ask(Command command, std::chrono::milliseconds deadline) {
  close_after(deadline);
  SIGMA_CO_CHECK(co_await write(encode(command)));
  Result<Reply> reply = co_await read();
  call_off();
  co_return reply;
}

core::Task<Result<void>> Connection::write(std::string_view bytes) {
  if (closed_) co_return lost(address_.str() + ": closed");
  const http::ConstBuffers buffers{asio::buffer(bytes), asio::const_buffer()};
  const auto [error, count] = co_await http::await_io(
      [this, buffers](http::Stream::Handler handler) { stream_->async_write(buffers, std::move(handler)); });
  if (error || closed_) co_return lost(fmt::format("{}: {}", address_.str(), error.message()));
  co_return Result<void>();
}

core::Task<Result<Reply>> Connection::read() {
  for (;;) {
    SIGMA_CO_TRY(auto reply, reader_.next());
    if (reply) co_return std::move(*reply);
    if (closed_) co_return lost(address_.str() + ": closed");
    const auto [error, count] = co_await http::await_io(
        [this](http::Stream::Handler handler) { stream_->async_read_some(asio::buffer(buffer_), std::move(handler)); });
    if (error || closed_) co_return lost(fmt::format("{}: {}", address_.str(), error.message()));
    SIGMA_CO_CHECK(reader_.feed({buffer_.data(), count}));
  }
}

void Connection::close_after(std::chrono::milliseconds limit) {
  timer_.expires_after(limit);
  timer_.async_wait([weak = weak_from_this()](ErrorCode error) {
    const auto self = weak.lock();
    if (!error && self) self->close();
  });
}

void Connection::close() {
  closed_ = true;
  timer_.cancel();
  resolver_.cancel();
  ErrorCode ignored;
  socket_.close(ignored);
  if (stream_) stream_->close();
}

}  // namespace sigma::cache_redis
