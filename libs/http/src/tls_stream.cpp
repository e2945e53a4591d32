#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/write.hpp>

#include "stream.hpp"

namespace sigma::http {
namespace asio = boost::asio;
namespace {

auto without_count(Stream::Handler handler) {
  return [handler = std::move(handler)](ErrorCode error) mutable { std::move(handler)(error, 0); };
}

class TlsStream final : public Stream {
 public:
  TlsStream(Socket socket, std::shared_ptr<asio::ssl::context> context)
      : context_(std::move(context)), stream_(std::move(socket), *context_) {}

  void async_handshake(Handler handler) override {
    stream_.async_handshake(asio::ssl::stream_base::server, without_count(std::move(handler)));
  }
  void async_read_some(asio::mutable_buffer buffer, Handler handler) override {
    stream_.async_read_some(buffer, std::move(handler));
  }
  std::size_t write_now(const ConstBuffers&) override { return 0; }
  void async_write(ConstBuffers buffers, Handler handler) override {
    // TLS takes one buffer at a time: two would become two records and two packets.
    constexpr std::size_t kRecord = 16 * 1024;
    if (asio::buffer_size(buffers) > kRecord) return asio::async_write(stream_, buffers, std::move(handler));
    joined_.resize(asio::buffer_size(buffers));
    asio::buffer_copy(asio::buffer(joined_), buffers);
    asio::async_write(stream_, asio::buffer(joined_), std::move(handler));
  }
  void async_finish(Handler handler) override { stream_.async_shutdown(without_count(std::move(handler))); }
  Socket& socket() override { return stream_.next_layer(); }

 private:
  std::shared_ptr<asio::ssl::context> context_;
  asio::ssl::stream<Socket> stream_;
  std::string joined_;
};

}  // namespace

std::unique_ptr<Stream> make_tls_stream(Socket socket, std::shared_ptr<asio::ssl::context> context) {
  return std::make_unique<TlsStream>(std::move(socket), std::move(context));
}

}  // namespace sigma::http
