#include "client_call.hpp"

#include "address.hpp"
#include "answer.hpp"
#include "response_parser.hpp"
#include "text.hpp"

namespace sigma::http {
namespace asio = boost::asio;
namespace {

core::Error unreachable(std::string description, const ErrorCode& error) {
  return {core::Code::unavailable, std::move(description), error.message()};
}

bool is_ours(std::string_view name) {
  for (const std::string_view ours : {"host", "connection", "content-length", "transfer-encoding", "expect"}) {
    if (iequals(name, ours)) return true;
  }
  return false;
}

}  // namespace

ClientCall::ClientCall(asio::io_context& context, core::WorkPool& lookups, const ClientOptions& options, TlsContext tls,
                       FetchRequest request)
    : lookups_(lookups),
      options_(options),
      tls_(std::move(tls)),
      request_(std::move(request)),
      socket_(context.get_executor()) {}

core::Result<void> ClientCall::prepare() {
  SIGMA_TRY(destination_, parse_url(request_.url));
  if (!destination_.tls && !options_.allow_plain_http) {
    return core::Error{core::Code::invalid_input, "Only https addresses are fetched."};
  }
  if (request_.method == Method::other || !are_sendable(request_.headers)) {
    return core::Error{core::Code::invalid_input, "The outbound request cannot be sent as it is."};
  }
  head_ = fmt::format("{} {} HTTP/1.1\r\nHost: {}\r\n", to_string(request_.method), destination_.target,
                      destination_.authority);
  for (const auto& [name, value] : request_.headers.fields()) {
    if (!is_ours(name)) head_ += fmt::format("{}: {}\r\n", name, value);
  }
  if (!is_safe() || !request_.body.empty()) head_ += fmt::format("Content-Length: {}\r\n", request_.body.size());
  head_ += "\r\n";
  return {};
}

core::Task<core::Result<ClientCall::Endpoints>> ClientCall::resolve() {
  auto look_up = [host = destination_.host, port = destination_.port]() -> core::Result<Endpoints> {
    asio::io_context unused;
    ErrorCode error;
    const auto results =
        asio::ip::tcp::resolver(unused).resolve(host, port, asio::ip::resolver_base::numeric_service, error);
    if (error) return unreachable("The host name of the other server cannot be resolved.", error);
    return Endpoints(results.begin(), results.end());
  };
  SIGMA_CO_TRY(Endpoints endpoints, co_await lookups_.run(std::move(look_up)));
  if (!options_.allow_private_addresses)
    std::erase_if(endpoints, [](const auto& endpoint) { return !is_public(endpoint.address()); });
  if (endpoints.empty()) {
    co_return core::Error{core::Code::forbidden, "That address is not on the public Internet.", destination_.authority};
  }
  co_return endpoints;
}

core::Task<core::Result<std::unique_ptr<Stream>>> ClientCall::connect() {
  SIGMA_CO_TRY(const auto endpoints, co_await resolve());
  ErrorCode error = asio::error::operation_aborted;
  for (const auto& endpoint : endpoints) {
    if (cancelled_) break;
    ErrorCode ignored;
    socket_.close(ignored);
    std::tie(error) = co_await socket_.async_connect(endpoint, asio::as_tuple(asio::use_awaitable));
    if (!error) break;
  }
  if (error) co_return unreachable("The other server cannot be reached.", error);
  socket_.set_option(asio::ip::tcp::no_delay(true), error);
  socket_.non_blocking(true, error);  // Stream::write_now must not wait
  stream_ = destination_.tls ? make_tls_client_stream(std::move(socket_), tls_, destination_.host)
                             : make_plain_stream(std::move(socket_));
  std::tie(error, std::ignore) =
      co_await await_io([this](Stream::Handler handler) { stream_->async_handshake(std::move(handler)); });
  if (error) co_return unreachable("The other server's identity cannot be verified.", error);
  co_return std::move(stream_);
}

core::Task<core::Result<Response>> ClientCall::converse(std::unique_ptr<Stream> stream) {
  stream_ = std::move(stream);
  reusable_ = false;
  const ConstBuffers message{asio::buffer(head_), asio::buffer(request_.body)};
  auto [error, bytes] = co_await await_io(
      [this, message](Stream::Handler handler) { stream_->async_write(message, std::move(handler)); });
  if (error) co_return unreachable("The connection to the other server broke.", error);

  ResponseParser parser(std::min(options_.body_limit, request_.body_limit), request_.method == Method::head);
  std::array<char, 8 * 1024> buffer;
  while (!parser.complete()) {
    std::tie(error, bytes) = co_await await_io([this, &buffer](Stream::Handler handler) {
      stream_->async_read_some(asio::buffer(buffer), std::move(handler));
    });
    if (error == asio::error::eof) {
      SIGMA_CO_CHECK(parser.put_end());
      co_return parser.take();
    }
    if (error) co_return unreachable("The connection to the other server broke.", error);
    received_anything_ = true;
    SIGMA_CO_CHECK(parser.put({buffer.data(), bytes}));
  }
  reusable_ = parser.keep_alive();
  co_return parser.take();
}

std::unique_ptr<Stream> ClientCall::release_stream() {
  return reusable_ ? std::move(stream_) : nullptr;
}

void ClientCall::cancel() {
  cancelled_ = true;
  ErrorCode ignored;
  socket_.close(ignored);
  if (stream_) stream_->close();
}

}  // namespace sigma::http
