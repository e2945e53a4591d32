#include <boost/asio/write.hpp>

#include "sigma/http/stream.hpp"

namespace sigma::http {
namespace asio = boost::asio;
namespace {

class PlainStream final : public Stream {
 public:
  explicit PlainStream(Socket socket) : socket_(std::move(socket)) {}

  void async_handshake(Handler handler) override { complete(std::move(handler)); }
  void async_read_some(asio::mutable_buffer buffer, Handler handler) override {
    socket_.async_read_some(buffer, std::move(handler));
  }
  std::size_t write_now(const ConstBuffers& buffers) override {
    ErrorCode error;
    return socket_.write_some(buffers, error);
  }
  void async_write(ConstBuffers buffers, Handler handler) override {
    asio::async_write(socket_, buffers, std::move(handler));
  }
  void async_finish(Handler handler) override {
    ErrorCode error;
    socket_.shutdown(Socket::shutdown_send, error);
    complete(std::move(handler));
  }
  Socket& socket() override { return socket_; }

 private:
  void complete(Handler handler) {
    asio::post(socket_.get_executor(),
               [handler = std::move(handler)]() mutable { std::move(handler)(ErrorCode{}, 0); });
  }

  Socket socket_;
};

}  // namespace

std::unique_ptr<Stream> make_plain_stream(Socket socket) {
  return std::make_unique<PlainStream>(std::move(socket));
}

}  // namespace sigma::http
