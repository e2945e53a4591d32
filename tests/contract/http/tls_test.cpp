#include <openssl/ssl.h>

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/ssl.hpp>
#include <boost/asio/write.hpp>
#include <filesystem>
#include <fstream>

#include "certificate.hpp"
#include "test_server.hpp"

namespace sigma::http::testing {
namespace {

namespace asio = boost::asio;
namespace ssl = boost::asio::ssl;
using namespace std::chrono_literals;

class Tls : public ::testing::Test {
 protected:
  ServerOptions options() const {
    ServerOptions out;
    out.tls = certificate_.files();
    return out;
  }

  Certificate certificate_{"first.example", "DNS:first.example"};
};

/// A blocking TLS client that shows what it was offered.
class TlsClient {
 public:
  explicit TlsClient(std::uint16_t port, int max_version = TLS1_3_VERSION, std::string_view protocols = "") {
    SSL_CTX_set_min_proto_version(context_.native_handle(), TLS1_VERSION);
    SSL_CTX_set_max_proto_version(context_.native_handle(), max_version);
    SSL_CTX_set_security_level(context_.native_handle(), 0);
    stream_.emplace(io_, context_);
    if (!protocols.empty()) {
      SSL_set_alpn_protos(stream_->native_handle(), reinterpret_cast<const unsigned char*>(protocols.data()),
                          static_cast<unsigned>(protocols.size()));
    }
    stream_->next_layer().connect({asio::ip::address_v4::loopback(), port}, error_);
    if (!error_) stream_->handshake(ssl::stream_base::client, error_);
  }

  bool connected() const { return !error_; }
  std::string ask(std::string_view request, std::string_view end) {
    asio::write(*stream_, asio::buffer(request), error_);
    std::string text;
    if (!error_) asio::read_until(*stream_, asio::dynamic_buffer(text), end, error_);
    return text;
  }
  std::string server_name() {
    X509* certificate = SSL_get0_peer_certificate(stream_->native_handle());
    char name[256] = "";
    X509_NAME_get_text_by_NID(X509_get_subject_name(certificate), NID_commonName, name, sizeof name);
    return name;
  }
  std::string protocol() {
    const unsigned char* data = nullptr;
    unsigned length = 0;
    SSL_get0_alpn_selected(stream_->native_handle(), &data, &length);
    return {reinterpret_cast<const char*>(data), length};
  }
  /// True when the server said goodbye properly (close_notify) and not just went away.
  bool ends_cleanly() {
    char byte = 0;
    asio::read(*stream_, asio::buffer(&byte, 1), error_);
    return error_ == asio::error::eof;
  }

 private:
  asio::io_context io_;
  ssl::context context_{ssl::context::tls_client};
  std::optional<ssl::stream<asio::ip::tcp::socket>> stream_;
  boost::system::error_code error_;
};

TEST_F(Tls, AnswersAndKeepsTheConnection) {
  const TestServer server(options());
  TlsClient client(server.port());
  ASSERT_TRUE(client.connected());
  for (int i = 0; i < 3; ++i)
    EXPECT_TRUE(client.ask(post("/echo", "over TLS"), "over TLS").starts_with("HTTP/1.1 200 OK\r\n"));
  EXPECT_EQ(client.server_name(), "first.example");
  EXPECT_TRUE(client.ask(get("/hello", "Connection: close\r\n"), "hello").find("Connection: close") !=
              std::string::npos);
  EXPECT_TRUE(client.ends_cleanly());
}

TEST_F(Tls, LargeAnswers) {
  const TestServer server(options());
  TlsClient client(server.port());
  const std::string text = client.ask(get("/large") + get("/hello"), "hello");
  EXPECT_GT(text.size(), 32u * 1024 * 1024);
  EXPECT_TRUE(text.ends_with("hello"));
}

TEST_F(Tls, OldVersionsAreRefused) {
  const TestServer server(options());
  EXPECT_FALSE(TlsClient(server.port(), TLS1_VERSION).connected());
  EXPECT_FALSE(TlsClient(server.port(), TLS1_1_VERSION).connected());
  EXPECT_TRUE(TlsClient(server.port(), TLS1_2_VERSION).connected());
}

TEST_F(Tls, SpeaksHttp11WhenAsked) {
  const TestServer server(options());
  using namespace std::string_view_literals;
  EXPECT_EQ(TlsClient(server.port(), TLS1_3_VERSION, "\x02h2\x08http/1.1"sv).protocol(), "http/1.1");
  EXPECT_FALSE(TlsClient(server.port(), TLS1_3_VERSION, "\x02h2"sv).connected());
}

TEST_F(Tls, PlainTextAndSilenceAreEnded) {
  ServerOptions impatient = options();
  impatient.limits.header_timeout = 200ms;
  const TestServer server(impatient);
  RawClient plain(server.port()), silent(server.port());
  plain.send(get("/hello"));
  const auto answer = plain.receive();
  EXPECT_FALSE(answer);
  EXPECT_TRUE(silent.closed_by_server());
}

TEST_F(Tls, RequestTimeoutOverTls) {
  ServerOptions impatient = options();
  impatient.limits.request_timeout = 100ms;
  impatient.limits.header_timeout = 300ms;
  const TestServer server(impatient);
  TlsClient client(server.port());
  EXPECT_TRUE(client.ask(get("/slow"), "}").starts_with("HTTP/1.1 503"));
  TlsClient incomplete(server.port());
  EXPECT_TRUE(incomplete.ask("GET / HT", "}").starts_with("HTTP/1.1 408"));
}

TEST_F(Tls, ReloadChangesTheCertificateOfNewConnections) {
  TestServer server(options());
  TlsClient old(server.port());
  certificate_.issue("second.example", "DNS:second.example");
  ASSERT_TRUE(server.server().reload_tls());
  EXPECT_EQ(TlsClient(server.port()).server_name(), "second.example");
  EXPECT_TRUE(old.ask(get("/hello"), "hello").starts_with("HTTP/1.1 200"));

  std::ofstream(certificate_.files().certificate_file) << "broken";
  EXPECT_FALSE(server.server().reload_tls());
  EXPECT_EQ(TlsClient(server.port()).server_name(), "second.example") << "on failure the old ones stay";
}

TEST_F(Tls, StartRefusesFilesThatDoNotFit) {
  core::testing::SeededRandom random;
  core::Metrics metrics;
  const auto starts = [&](const TlsFiles& tls) {
    ServerOptions out;
    out.name = "test";
    out.listen = "127.0.0.1:0";
    out.tls = tls;
    return Server(out, std::make_shared<Router>(test_routes()), random, metrics).start().has_value();
  };
  EXPECT_TRUE(starts(certificate_.files()));
  EXPECT_FALSE(starts({"/nonexistent", certificate_.files().key_file}));
  const TlsFiles files = certificate_.files();
  const std::string other_key = (certificate_.folder() / "other.pem").string();
  std::filesystem::copy_file(files.key_file, other_key);
  certificate_.issue("third.example", "DNS:third.example");
  EXPECT_FALSE(starts({files.certificate_file, other_key}));
}

TEST_F(Tls, Drains) {
  TestServer server(options());
  TlsClient client(server.port());
  EXPECT_TRUE(client.ask(get("/hello"), "hello").starts_with("HTTP/1.1 200"));
  EXPECT_TRUE(server.server().drain(10s));
}

}  // namespace
}  // namespace sigma::http::testing
