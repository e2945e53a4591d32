// Which host is meant, and who is asking.
#include "address.hpp"
#include "test_server.hpp"

namespace sigma::http::testing {
namespace {

std::string with_host(std::string_view fields, std::string_view target = "/show/x") {
  return fmt::format("GET {} HTTP/1.1\r\n{}\r\n", target, fields);
}

TEST(Host, ExactlyOneValidFieldIsNeeded) {
  const TestServer server;
  EXPECT_EQ(server.ask(with_host("Host: test\r\n")).status, 200);
  EXPECT_EQ(server.ask(with_host("Host: [::1]:8787\r\n")).status, 200);
  for (const std::string_view fields :
       {"", "Host: a\r\nHost: a\r\n", "Host: a\r\nhost: b\r\n", "Host:\r\n", "Host: a b\r\n", "Host: user@a\r\n",
        "Host: a/b\r\n", "Host: a?b\r\n", "Host: a,b\r\n", "Host: \"a\"\r\n", "Host: a\\b\r\n",
        "Host: h\xc3\xa4st\r\n"}) {
    EXPECT_EQ(server.ask(with_host(fields)).status, 400) << fields;
  }
}

TEST(Host, Http10NeedsNone) {
  const TestServer server;
  RawClient client(server.port());
  client.send("GET /hello HTTP/1.0\r\n\r\n");
  const auto answer = client.receive();
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer.body, "hello");
  EXPECT_EQ(answer.field("connection"), "close");
  EXPECT_TRUE(client.closed_by_server());
  EXPECT_EQ(server.ask("GET /hello HTTP/1.0\r\nHost: a\r\nHost: b\r\n\r\n").status, 400);
}

TEST(Host, Http10KeepAlive) {
  const TestServer server;
  RawClient client(server.port());
  for (int i = 0; i < 2; ++i) {
    client.send("GET /hello HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
    const auto answer = client.receive();
    ASSERT_TRUE(answer);
    EXPECT_EQ(answer.field("connection"), "keep-alive");
  }
}

TEST(Host, AbsoluteFormIsReadAsItsPath) {
  const TestServer server;
  EXPECT_EQ(server.ask(with_host("Host: test\r\n", "http://test/show/a?b=c")).body, "a|/show/a?b=c|/show/a|b=c");
  EXPECT_EQ(server.ask(with_host("Host: test\r\n", "HTTPS://TEST/show/a")).status, 200);
  EXPECT_EQ(server.ask(with_host("Host: test\r\n", "http://test")).body, "hello");
  EXPECT_EQ(server.ask(with_host("Host: test\r\n", "http://test?a=b")).body, "hello");
  EXPECT_EQ(server.ask(with_host("Host: test\r\n", "http://other/show/a")).status, 400);
  EXPECT_EQ(server.ask(with_host("Host: test\r\n", "http://user@test/show/a")).status, 400);
  EXPECT_EQ(server.ask(with_host("Host: test\r\n", "ftp://test/show/a")).status, 400);
  EXPECT_EQ(server.ask(with_host("Host: test\r\n", "http:///show/a")).status, 400);
}

TEST(Host, OnlyAllowedHosts) {
  ServerOptions options;
  options.allowed_hosts = {"auth.example", "auth.example:8443"};
  const TestServer server(options);
  EXPECT_EQ(server.ask(with_host("Host: auth.example\r\n")).status, 200);
  EXPECT_EQ(server.ask(with_host("Host: AUTH.example:8443\r\n")).status, 200);
  EXPECT_EQ(server.ask(with_host("Host: auth.example\r\n", "http://auth.example/hello")).status, 200);
  for (const std::string_view host :
       {"auth.example:80", "auth.example.", "evil.example", "auth.example.evil", "xauth.example"}) {
    EXPECT_EQ(server.ask(with_host(fmt::format("Host: {}\r\n", host))).status, 421) << host;
  }
  EXPECT_EQ(server.ask(with_host("Host: evil.example\r\n", "http://evil.example/hello")).status, 421);
  EXPECT_EQ(server.ask("GET /hello HTTP/1.0\r\n\r\n").status, 421);
}

struct Forwarded {
  std::string fields;
  std::string expected;
};

TEST(ForwardedFor, CountsOnlyFromTrustedProxies) {
  const TestServer untrusting;
  EXPECT_EQ(untrusting.ask(get("/remote", "X-Forwarded-For: 203.0.113.5\r\n")).body, "127.0.0.1");
}

TEST(ForwardedFor, TheRightmostUntrustedAddressWins) {
  ServerOptions options;
  options.trusted_proxies = {"127.0.0.0/8", "10.0.0.0/8", "2001:db8:ffff::/48"};
  const TestServer server(options);
  const std::vector<Forwarded> cases = {
      {"", "127.0.0.1"},
      {"X-Forwarded-For: 203.0.113.5\r\n", "203.0.113.5"},
      {"X-Forwarded-For: 198.51.100.1, 203.0.113.5\r\n", "203.0.113.5"},
      {"X-Forwarded-For: 203.0.113.5, 10.1.2.3\r\n", "203.0.113.5"},
      {"X-Forwarded-For: 1.1.1.1,203.0.113.5 ,\t10.1.2.3\r\n", "203.0.113.5"},
      {"X-Forwarded-For: 203.0.113.5\r\nX-Forwarded-For: 10.1.2.3\r\n", "203.0.113.5"},
      {"X-Forwarded-For: 1.1.1.1\r\nX-Forwarded-For: 203.0.113.5, 10.1.2.3\r\n", "203.0.113.5"},
      {"X-Forwarded-For: 10.9.9.9, 10.1.2.3\r\n", "10.9.9.9"},
      {"X-Forwarded-For: 2001:db8::7, 2001:db8:ffff::1\r\n", "2001:db8::7"},
      {"X-Forwarded-For: 2001:DB8:0:0::7\r\n", "2001:db8::7"},
      {"X-Forwarded-For: ::ffff:203.0.113.5\r\n", "203.0.113.5"},
      {"X-Forwarded-For: garbage, 203.0.113.5\r\n", "203.0.113.5"},  // nobody needs to believe the garbage
      {"X-Forwarded-For: a\r\n", "127.0.0.1"},
      {"X-Forwarded-For: 203.0.113.5, a\r\n", "127.0.0.1"},
      {"X-Forwarded-For: 203.0.113.5, a, 10.1.2.3\r\n", "127.0.0.1"},
      {"X-Forwarded-For: 203.0.113.5,\r\n", "127.0.0.1"},
      {"X-Forwarded-For: \r\n", "127.0.0.1"},
      {"X-Forwarded-For: fe80::1%eth0\r\n", "127.0.0.1"},
      {"X-Forwarded-For: 203.0.113.5:1234\r\n", "127.0.0.1"},
      {"X-Forwarded-For: 0203.0.113.5\r\n", "127.0.0.1"},
      {"X-Forwarded-For: 203.0.113\r\n", "127.0.0.1"},
      {"X-Forwarded-For: " + std::string(10'000, '1') + "\r\n", "127.0.0.1"},
  };
  for (const Forwarded& c : cases) EXPECT_EQ(server.ask(get("/remote", c.fields)).body, c.expected) << c.fields;
}

TEST(AddressRange, Contains) {
  struct Case {
    std::string_view range, address;
    bool contains;
  };
  for (const Case& c : std::initializer_list<Case>{{"10.0.0.0/8", "10.255.255.255", true},
                                                   {"10.0.0.0/8", "11.0.0.0", false},
                                                   {"192.168.1.128/25", "192.168.1.128", true},
                                                   {"192.168.1.128/25", "192.168.1.127", false},
                                                   {"192.168.1.7", "192.168.1.7", true},
                                                   {"192.168.1.7", "192.168.1.6", false},
                                                   {"0.0.0.0/0", "8.8.8.8", true},
                                                   {"0.0.0.0/0", "::1", false},
                                                   {"2001:db8::/33", "2001:db8:7fff::1", true},
                                                   {"2001:db8::/33", "2001:db8:8000::1", false},
                                                   {"::/0", "2001:db8::1", true},
                                                   {"::/0", "1.2.3.4", false},
                                                   {"10.0.0.0/8", "::ffff:10.1.1.1", true}}) {
    const auto range = AddressRange::parse(c.range);
    ASSERT_TRUE(range) << c.range;
    EXPECT_EQ(range->contains(*parse_address(c.address)), c.contains) << c.range << " " << c.address;
  }
  for (const std::string_view bad :
       {"", "a", "10.0.0.0/33", "10.0.0.0/-1", "10.0.0.0/", "10.0.0.0/8x", "::/129", "fe80::1%lo/64"}) {
    EXPECT_FALSE(AddressRange::parse(bad)) << bad;
  }
}

TEST(Start, SaysWhatIsWrong) {
  core::testing::SeededRandom random;
  core::Metrics metrics;
  const auto error_of = [&](ServerOptions options) {
    Server server(std::move(options), std::make_shared<Router>(test_routes()), random, metrics);
    const auto started = server.start();
    return started ? core::Error{} : started.error();
  };
  ServerOptions options;
  for (const std::string_view bad :
       {"", "127.0.0.1", "localhost:80", "127.0.0.1:", "127.0.0.1:65536", "::1:80", "[127.0.0.1]:80"}) {
    options.listen = bad;
    EXPECT_EQ(error_of(options).code(), core::Code::invalid_input) << bad;
  }
  options.listen = "127.0.0.1:0";
  options.trusted_proxies = {"10.0.0.0/40"};
  EXPECT_EQ(error_of(options).code(), core::Code::invalid_input);

  const TestServer other;
  for (const std::size_t threads : {1, 2}) {
    ServerOptions taken;
    taken.threads = threads;
    taken.listen = fmt::format("127.0.0.1:{}", other.port());
    const core::Error error = error_of(taken);
    EXPECT_EQ(error.code(), core::Code::unavailable);
    EXPECT_NE(error.description().find(taken.listen), std::string::npos) << error.description();
  }
}

TEST(Start, APortIsSharedByThoseWhoBothSaySo) {
  for (const std::size_t threads : {1, 2}) {
    ServerOptions options;
    options.threads = threads;
    options.listen = "127.0.0.1:0";
    options.share_port = true;
    const TestServer first(options);
    options.listen = fmt::format("127.0.0.1:{}", first.port());
    TestServer second(options);
    EXPECT_EQ(second.port(), first.port());
    EXPECT_EQ(second.ask(get("/hello")).status, 200);

    core::testing::SeededRandom random;
    core::Metrics metrics;
    options.share_port = false;
    Server third(options, std::make_shared<Router>(test_routes()), random, metrics);
    const auto started = third.start();
    ASSERT_FALSE(started) << "whoever does not say so wants it alone";
    EXPECT_EQ(started.error().code(), core::Code::unavailable);
  }
}

}  // namespace
}  // namespace sigma::http::testing
