#include <boost/asio/ssl/host_name_verification.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/write.hpp>

#include "address.hpp"
#include "sigma/http/stream.hpp"

namespace sigma::http {
namespace asio = boost::asio;
namespace {

auto without_count(Stream::Handler handler) {
  return [handler = std::move(handler)](ErrorCode error) mutable { std::move(handler)(error, 0); };
}

class TlsStream final : public Stream {
 public:
  TlsStream(Socket socket, std::shared_ptr<asio::ssl::context> context, asio::ssl::stream_base::handshake_type side)
      : context_(std::move(context)), stream_(std::move(socket), *context_), side_(side) {}

  void expect_host(const std::string& host) {
    if (!parse_address(host))
      SSL_set_tlsext_host_name(stream_.native_handle(), host.c_str());  // RFC 6066 §3: no literals
    stream_.set_verify_callback(asio::ssl::host_name_verification(host));
  }

  void async_handshake(Handler handler) override { stream_.async_handshake(side_, without_count(std::move(handler))); }
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
  asio::ssl::stream_base::handshake_type side_;
  std::string joined_;
};

}  // namespace

std::unique_ptr<Stream> make_tls_stream(Socket socket, std::shared_ptr<asio::ssl::context> context) {
  return std::make_unique<TlsStream>(std::move(socket), std::move(context), asio::ssl::stream_base::server);
}

std::unique_ptr<Stream> make_tls_client_stream(Socket socket, std::shared_ptr<asio::ssl::context> context,
                                               const std::string& host) {
  auto stream = std::make_unique<TlsStream>(std::move(socket), std::move(context), asio::ssl::stream_base::client);
  stream->expect_host(host);
  return stream;
}

}  // namespace sigma::http
