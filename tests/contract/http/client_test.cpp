// The outbound client against servers of ours, and against sockets that misbehave.
#include "sigma/http/client.hpp"

#include <arpa/inet.h>
#include <sys/socket.h>
#include <unistd.h>

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_future.hpp>
#include <thread>

#include "address.hpp"
#include "certificate.hpp"
#include "sigma/http/origin.hpp"
#include "test_server.hpp"

namespace sigma::http::testing {
namespace {

using namespace std::chrono_literals;

/// Like core::testing::run, but on an event loop that stays: the client's thread may still be leaving it when we go on.
template <class T>
T run(core::Task<T> task) {
  static boost::asio::io_context context;
  context.restart();
  auto future = boost::asio::co_spawn(context, std::move(task), boost::asio::use_future);
  context.run();
  return future.get();
}

ClientOptions local_options() {
  ClientOptions options;
  options.allow_plain_http = true;
  options.allow_private_addresses = true;
  return options;
}

core::Result<Response> fetch(const ClientOptions& options, std::string url, Method method = Method::get,
                             std::string body = "") {
  const auto client = Client::make(options).value();
  return run(client->fetch({method, std::move(url), {}, std::move(body)}));
}

/// Answers every connection with the same bytes, then closes (or stays silent until the test ends).
class FixedPeer {
 public:
  explicit FixedPeer(std::string answer, bool closes = true) : answer_(std::move(answer)), closes_(closes) {
    listener_ = ::socket(AF_INET, SOCK_STREAM, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t length = sizeof address;
    ::bind(listener_, reinterpret_cast<sockaddr*>(&address), length);
    ::listen(listener_, 16);
    ::getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &length);
    port_ = ntohs(address.sin_port);
    thread_ = std::thread([this] { serve(); });
  }
  ~FixedPeer() {
    ::shutdown(listener_, SHUT_RDWR);
    thread_.join();
    ::close(listener_);
  }
  std::string url() const { return fmt::format("http://127.0.0.1:{}/", port_); }

 private:
  void serve() {
    std::vector<int> silent;
    for (;;) {
      const int connection = ::accept(listener_, nullptr, nullptr);
      if (connection < 0) break;
      char buffer[4096];
      if (::recv(connection, buffer, sizeof buffer, 0) > 0)
        ::send(connection, answer_.data(), answer_.size(), MSG_NOSIGNAL);
      if (closes_) {
        ::close(connection);
      } else {
        silent.push_back(connection);
      }
    }
    for (const int connection : silent) ::close(connection);
  }

  std::string answer_;
  bool closes_;
  int listener_ = -1;
  std::uint16_t port_ = 0;
  std::thread thread_;
};

TEST(Client, FetchesAndKeepsTheConnection) {
  TestServer server;
  const auto client = Client::make(local_options()).value();
  const std::string base = fmt::format("http://127.0.0.1:{}", server.port());
  for (int i = 0; i < 3; ++i) {
    const auto answer = run(client->fetch({Method::get, base + "/show/a%20b?c=d", {}, {}}));
    ASSERT_TRUE(answer) << answer.error().description() << answer.error().cause();
    EXPECT_EQ(answer->status, 200);
    EXPECT_EQ(answer->body, "a b|/show/a%20b?c=d|/show/a%20b|c=d");
    EXPECT_EQ(answer->headers.find("content-type"), "text/plain");
  }
  EXPECT_EQ(server.metrics().gauge("http_connections", "", {{"server", "test"}}).Value(), 1);
  const auto posted = run(client->fetch({Method::post, base + "/echo", {}, "payload"}));
  EXPECT_EQ(posted->body, "payload");
  EXPECT_EQ(run(client->fetch({Method::head, base + "/hello", {}, {}}))->body, "");
  EXPECT_EQ(run(client->fetch({Method::get, base + "/none", {}, {}}))->status, 404);
}

TEST(Client, ALostKeptConnectionIsReplaced) {
  ServerOptions hasty;
  hasty.limits.idle_timeout = 50ms;
  TestServer server(hasty);
  const auto& open = server.metrics().gauge("http_connections", "", {{"server", "test"}});
  const auto client = Client::make(local_options()).value();
  const std::string url = fmt::format("http://127.0.0.1:{}/hello", server.port());
  for (int i = 0; i < 2; ++i) {
    EXPECT_EQ(run(client->fetch({Method::get, url, {}, {}}))->body, "hello");
    while (open.Value() > 0) std::this_thread::sleep_for(5ms);  // the server gives up the idle connection
  }
}

TEST(Client, RefusesAddressesThatAreNotPublic) {
  const TestServer server;
  ClientOptions options = local_options();
  options.allow_private_addresses = false;
  for (const std::string_view host :
       {"127.0.0.1", "localhost", "127.1", "2130706433", "0x7f.1", "[::1]", "[::ffff:127.0.0.1]", "10.0.0.1",
        "192.168.0.1", "172.16.0.1", "169.254.169.254", "0.0.0.0", "[fe80::1]", "[fd00::1]", "[::]",
        "[64:ff9b::7f00:1]", "[2002:7f00:1::]", "224.0.0.1", "100.64.0.1"}) {
    const auto answer = fetch(options, fmt::format("http://{}:{}/hello", host, server.port()));
    ASSERT_FALSE(answer) << host;
    EXPECT_EQ(answer.error().code(), core::Code::forbidden) << host << " " << answer.error().description();
  }
  EXPECT_EQ(fetch(local_options(), fmt::format("http://localhost:{}/hello", server.port()))->body, "hello");
}

TEST(Client, PublicAddresses) {
  for (const std::string_view text :
       {"8.8.8.8", "1.1.1.1", "172.32.0.1", "100.128.0.1", "2606:4700::1111", "::ffff:8.8.8.8"}) {
    EXPECT_TRUE(is_public(*parse_address(text))) << text;
  }
  for (const std::string_view text : {"2001:db8::1", "2001::1", "ff02::1", "fec0::1", "::", "::8.8.8.8",
                                      "255.255.255.255", "192.0.2.1", "198.19.0.1"}) {
    EXPECT_FALSE(is_public(*parse_address(text))) << text;
  }
}

TEST(Client, RefusesUrlsThatAreNotPlain) {
  for (const std::string_view url :
       {"", "example.com", "//example.com/", "ftp://example.com/", "file:///etc/passwd", "https:///x",
        "https://user@example.com/", "https://user:pw@example.com/", "https://exa mple.com/", "https://example.com:0/",
        "https://example.com:65536/", "https://example.com:99999999999/", "https://ex%61mple.com/", "https://[::1/",
        "https://[fe80::1%25eth0]/", "https://example.com/a b", "https://example.com/\r\nX: y",
        "javascript:alert(1)"}) {
    const auto parsed = parse_url(url);
    ASSERT_FALSE(parsed) << url;
    EXPECT_EQ(parsed.error().code(), core::Code::invalid_input);
  }
  const auto parsed = parse_url("HTTPS://Example.COM:443?a=b#frag").value();
  EXPECT_EQ(parsed.origin(), "https://example.com");
  EXPECT_EQ(parsed.target, "/?a=b");
  EXPECT_EQ(parse_url("https://[2001:DB8::1]:8443/x")->authority, "[2001:db8::1]:8443");
  EXPECT_EQ(parse_url("https://1.2.3.4.evil.com:8443/x")->host, "1.2.3.4.evil.com");
  EXPECT_EQ(parse_url("https://a.example//x")->target, "//x");
}

TEST(Client, RefusesWhatItMustNotSend) {
  ClientOptions options = local_options();
  options.allow_plain_http = false;
  EXPECT_EQ(fetch(options, "http://127.0.0.1:1/").error().code(), core::Code::invalid_input);
  const auto client = Client::make(local_options()).value();
  FetchRequest split{Method::get, "http://127.0.0.1:1/", {}, {}};
  split.headers.add("X-A", "b\r\nHost: evil");
  EXPECT_EQ(run(client->fetch(split)).error().code(), core::Code::invalid_input);
  EXPECT_EQ(fetch(local_options(), "http://127.0.0.1:1/").error().code(), core::Code::unavailable);
}

TEST(Client, DoesNotFollowRedirects) {
  const FixedPeer peer("HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 0\r\n\r\n");
  const auto answer = fetch(local_options(), peer.url());
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->status, 302);
}

TEST(Client, BoundsTheAnswer) {
  ClientOptions options = local_options();
  options.body_limit = 1000;
  const auto code_of = [&](const std::string& bytes) {
    const FixedPeer peer(bytes);
    const auto answer = fetch(options, peer.url());
    return answer ? fmt::format("{} bytes", answer->body.size()) : std::string(core::to_string(answer.error().code()));
  };
  const std::string full(1000, 'b');
  EXPECT_EQ(code_of("HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n" + full), "1000 bytes");
  EXPECT_EQ(code_of("HTTP/1.1 200 OK\r\nContent-Length: 1001\r\n\r\n" + full + "b"), "invalid_input");
  EXPECT_EQ(code_of("HTTP/1.1 200 OK\r\n\r\n" + full), "1000 bytes");
  EXPECT_EQ(code_of("HTTP/1.1 200 OK\r\n\r\n" + full + "b"), "invalid_input");
  EXPECT_EQ(code_of("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3E8\r\n" + full + "\r\n0\r\n\r\n"),
            "1000 bytes");
  EXPECT_EQ(code_of("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3E8\r\n" + full + "\r\n1\r\nb\r\n0\r\n\r\n"),
            "invalid_input");
  EXPECT_EQ(code_of("HTTP/1.1 200 OK\r\nX: " + std::string(20'000, 'x') + "\r\n\r\n"), "invalid_input");
  EXPECT_EQ(code_of("HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\nshort"), "unavailable");
  EXPECT_EQ(code_of("nonsense\r\n\r\n"), "unavailable");
  EXPECT_EQ(code_of(""), "unavailable");
  EXPECT_EQ(code_of("HTTP/1.1 103 Early Hints\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"), "2 bytes");
}

TEST(Client, ARequestMayBoundItsAnswerFurther) {
  const FixedPeer peer("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n" + std::string(100, 'b'));
  FetchRequest request;
  request.url = peer.url();
  request.body_limit = 99;
  const auto client = Client::make(local_options()).value();
  const auto answer = run(client->fetch(request));
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().code(), core::Code::invalid_input);
}

TEST(Client, GivesUpAtTheDeadline) {
  ClientOptions options = local_options();
  options.deadline = 100ms;
  for (const std::string_view start : {"", "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nabc"}) {
    const FixedPeer peer{std::string(start), false};
    for (const std::string& url : {peer.url(), "https" + peer.url().substr(4)}) {  // in the answer; in the handshake
      if (url.starts_with("https") && !start.empty()) continue;
      const auto answer = fetch(options, url);
      ASSERT_FALSE(answer);
      EXPECT_EQ(answer.error().code(), core::Code::deadline) << url;
    }
  }
}

/// How many of `count` simultaneous requests are refused for being too many.
core::Task<int> count_overloaded(Client& client, std::string url, int count) {
  const auto executor = co_await boost::asio::this_coro::executor;
  auto answered = std::make_shared<std::vector<core::Code>>();
  for (int i = 0; i < count; ++i) {
    boost::asio::co_spawn(executor, client.fetch({Method::get, url, {}, {}}),
                          [answered](std::exception_ptr, const core::Result<Response>& answer) {
                            answered->push_back(answer ? core::Code::internal : answer.error().code());
                          });
  }
  boost::asio::steady_timer pause(executor);
  while (answered->size() < static_cast<std::size_t>(count)) {
    pause.expires_after(5ms);
    co_await pause.async_wait(boost::asio::use_awaitable);
  }
  co_return static_cast<int>(std::count(answered->begin(), answered->end(), core::Code::overloaded));
}

TEST(Client, BoundsWhatIsUnderWay) {
  ClientOptions options = local_options();
  options.deadline = 200ms;
  options.concurrent = 3;
  const FixedPeer peer("", false);
  const auto client = Client::make(options).value();
  EXPECT_EQ(run(count_overloaded(*client, peer.url(), 5)), 2);
}

TEST(Client, VerifiesCertificateAndHostName) {
  const Certificate good("localhost", "DNS:localhost,IP:127.0.0.1"), foreign("localhost", "DNS:localhost"),
      misnamed("other", "DNS:other.example");
  const auto code_of = [](const Certificate& served, const std::string& ca_file, std::string_view host) {
    ServerOptions server_options;
    server_options.tls = served.files();
    const TestServer server(server_options);
    ClientOptions options = local_options();
    options.ca_file = ca_file;
    const auto answer = fetch(options, fmt::format("https://{}:{}/hello", host, server.port()));
    return answer ? answer->body : std::string(core::to_string(answer.error().code()));
  };
  EXPECT_EQ(code_of(good, good.files().certificate_file, "localhost"), "hello");
  EXPECT_EQ(code_of(good, good.files().certificate_file, "127.0.0.1"), "hello");
  EXPECT_EQ(code_of(foreign, good.files().certificate_file, "localhost"), "unavailable");
  EXPECT_EQ(code_of(misnamed, misnamed.files().certificate_file, "localhost"), "unavailable");
  EXPECT_EQ(code_of(good, "", "localhost"), "unavailable");
  ClientOptions options;
  options.ca_file = "/nonexistent";
  EXPECT_FALSE(Client::make(options));
}

}  // namespace
}  // namespace sigma::http::testing
