// Each bound: reached, it is fine; passed, it is refused with the right number.
#include <thread>

#include "test_server.hpp"

namespace sigma::http::testing {
namespace {

using namespace std::chrono_literals;

std::string request_of(std::size_t head_bytes) {
  const std::string start = "GET /hello HTTP/1.1\r\nHost: test\r\nX-Fill: ";
  return start + std::string(head_bytes - start.size() - 4, 'x') + "\r\n\r\n";
}

// Security case 52.
TEST(Limits, HeaderBytes) {
  const TestServer server;
  EXPECT_EQ(server.ask(request_of(16 * 1024)).status, 200);
  EXPECT_EQ(server.ask(request_of(16 * 1024 + 1)).status, 431);
  EXPECT_EQ(server.ask(request_of(64 * 1024)).status, 431);
}

TEST(Limits, HeaderBytesAreRefusedBeforeTheEmptyLine) {
  const TestServer server;
  RawClient client(server.port());
  client.send("GET /hello HTTP/1.1\r\nHost: test\r\nX-Fill: " + std::string(16 * 1024, 'x'));
  EXPECT_EQ(client.receive().status, 431);
  EXPECT_TRUE(client.closed_by_server());
}

// Security case 52.
TEST(Limits, Target) {
  const TestServer server;
  EXPECT_EQ(server.ask(get("/hello?" + std::string(8192 - 7, 'q'))).status, 200);
  EXPECT_EQ(server.ask(get("/hello?" + std::string(8193 - 7, 'q'))).status, 414);
  EXPECT_EQ(server.ask(get("/" + std::string(64 * 1024, 'q'))).status, 414);
}

// Security case 52.
TEST(Limits, HeaderFields) {
  const TestServer server;
  const auto fields = [](int count) {
    std::string out;
    for (int i = 0; i < count; ++i) out += fmt::format("X-{}: 1\r\n", i);
    return out;
  };
  EXPECT_EQ(server.ask(get("/hello", fields(99))).status, 200);  // and Host
  EXPECT_EQ(server.ask(get("/hello", fields(100))).status, 431);
  EXPECT_EQ(server.ask(get("/hello", fields(1500))).status, 431);
}

// Security case 52.
TEST(Limits, AnnouncedBody) {
  const TestServer server;
  const auto fits = server.ask(post("/small", std::string(kSmallBodyLimit, 'b')));
  EXPECT_EQ(fits.status, 200);
  EXPECT_EQ(fits.body.size(), kSmallBodyLimit);
  EXPECT_EQ(server.ask(post("/small", std::string(kSmallBodyLimit + 1, 'b'))).status, 413);
  // Refused for what it announces, before any of it is sent.
  EXPECT_EQ(server.ask("POST /small HTTP/1.1\r\nHost: test\r\nContent-Length: 1001\r\n\r\n").status, 413);
  EXPECT_EQ(server.ask("POST /small HTTP/1.1\r\nHost: test\r\nContent-Length: 18446744073709551615\r\n\r\n").status,
            413);
}

// Security case 52.
TEST(Limits, TooLargeBodyIsAnsweredAlthoughTheClientKeepsSending) {
  const TestServer server;
  RawClient client(server.port());
  client.send("POST /small HTTP/1.1\r\nHost: test\r\nContent-Length: 4000000\r\n\r\n");
  client.send(std::string(4'000'000, 'b'));
  const auto answer = client.receive();
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer.status, 413);
  EXPECT_EQ(answer.field("connection"), "close");
}

// Security case 52.
TEST(Limits, ChunkedBody) {
  const TestServer server;
  const std::string head = "POST /small HTTP/1.1\r\nHost: test\r\nTransfer-Encoding: chunked\r\n\r\n";
  const std::string half = "1F4\r\n" + std::string(500, 'b') + "\r\n";
  const auto fits = server.ask(head + half + half + "0\r\n\r\n");
  EXPECT_EQ(fits.status, 200);
  EXPECT_EQ(fits.body, std::string(kSmallBodyLimit, 'b'));
  EXPECT_EQ(server.ask(head + half + half + "1\r\nb\r\n0\r\n\r\n").status, 413);
  // Refused when a chunk announces too much, without waiting for it.
  EXPECT_EQ(server.ask(head + half + "1F5\r\n").status, 413);
  EXPECT_EQ(server.ask(head + "FFFFFFFFFFFFFFFF\r\n").status, 413);
}

// Security case 52.
TEST(Limits, ChunkExtensionsAreBounded) {
  const TestServer server;
  const std::string head = "POST /small HTTP/1.1\r\nHost: test\r\nTransfer-Encoding: chunked\r\n\r\n";
  EXPECT_EQ(server.ask(head + "1;a=b\r\nx\r\n0\r\n\r\n").body, "x");
  EXPECT_EQ(server.ask(head + "1;a=" + std::string(64 * 1024, 'e')).status, 400);
}

// Security case 52.
TEST(Limits, ContinueIsSentOnlyToWhatWouldBeAccepted) {
  const TestServer server;
  RawClient client(server.port());
  client.send("POST /small HTTP/1.1\r\nHost: test\r\nContent-Length: 3\r\nExpect: 100-continue\r\n\r\n");
  EXPECT_EQ(client.receive().status, 100);
  client.send("abc");
  EXPECT_EQ(client.receive().body, "abc");

  const std::string expecting = "Content-Length: 1001\r\nExpect: 100-continue\r\n\r\n";
  EXPECT_EQ(server.ask("POST /small HTTP/1.1\r\nHost: test\r\n" + expecting).status, 413);
  EXPECT_EQ(server.ask("POST /none HTTP/1.1\r\nHost: test\r\n" + expecting).status, 404);
  EXPECT_EQ(server.ask("POST /small HTTP/1.1\r\n" + expecting).status, 400);
  EXPECT_EQ(server.ask(post("/small", "abc", "Expect: miracle\r\n")).status, 417);
  EXPECT_EQ(server.ask(get("/hello", "Expect: 100-continue\r\n")).status, 200);  // no body: nothing to continue
}

TEST(Limits, HeaderTimeout) {
  ServerOptions options;
  options.limits = patient_limits();
  options.limits.header_timeout = 100ms;
  const TestServer server(options);
  for (const std::string_view part : {"", "GET /hello HT", "GET /hello HTTP/1.1\r\nHost: test\r\n"}) {
    RawClient client(server.port());
    client.send(part);
    const auto answer = client.receive();
    ASSERT_TRUE(answer) << part;
    EXPECT_EQ(answer.status, 408) << part;
    EXPECT_TRUE(client.closed_by_server()) << part;
  }
}

// Security case 53.
TEST(Limits, HeaderTimeoutIsNotProlongedByEveryByte) {
  ServerOptions options;
  options.limits = patient_limits();
  options.limits.header_timeout = 200ms;
  const TestServer server(options);
  RawClient client(server.port());
  client.send("GET /hello HTTP/1.1\r\nHost: test\r\nX: ");
  while (!client.readable(20ms) && client.send("x")) continue;
  EXPECT_EQ(client.receive().status, 408);
}

// Security case 53.
TEST(Limits, BodyTimeout) {
  ServerOptions options;
  options.limits = patient_limits();
  options.limits.body_timeout = 100ms;
  const TestServer server(options);
  RawClient client(server.port());
  client.send("POST /echo HTTP/1.1\r\nHost: test\r\nContent-Length: 5\r\n\r\nabc");
  EXPECT_EQ(client.receive().status, 408);
  EXPECT_TRUE(client.closed_by_server());
}

TEST(Limits, IdleTimeout) {
  ServerOptions options;
  options.limits = patient_limits();
  options.limits.idle_timeout = 100ms;
  const TestServer server(options);
  RawClient client(server.port());
  client.send(get("/hello"));
  EXPECT_EQ(client.receive().status, 200);
  EXPECT_TRUE(client.closed_by_server());
}

// Security case 53.
TEST(Limits, WriteTimeout) {
  ServerOptions options;
  options.limits = patient_limits();
  options.limits.write_timeout = 200ms;
  TestServer server(options);
  RawClient client(server.port(), 4096);
  client.send(get("/large"));
  // Reads nothing: the server gives up, and the connection is gone from its count.
  EXPECT_TRUE(server.server().drain(5s));
  EXPECT_FALSE(client.receive()) << "the answer was cut off";
}

TEST(Limits, RequestTimeout) {
  ServerOptions options;
  options.limits = patient_limits();
  options.limits.request_timeout = 100ms;
  const TestServer server(options);
  RawClient client(server.port());
  client.send(get("/slow"));
  const auto answer = client.receive();
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer.status, 503);
  EXPECT_EQ(answer.field("retry-after"), "1");
  EXPECT_EQ(answer.field("connection"), "close");
  EXPECT_TRUE(client.closed_by_server());
}

TEST(Limits, Connections) {
  ServerOptions options;
  options.limits = patient_limits();
  options.limits.connections = 3;
  const TestServer server(options);
  std::vector<std::unique_ptr<RawClient>> clients;
  for (int i = 0; i < 3; ++i) {
    clients.push_back(std::make_unique<RawClient>(server.port()));
    clients.back()->send(get("/hello"));
    EXPECT_EQ(clients.back()->receive().status, 200);
  }
  RawClient fourth(server.port());
  EXPECT_TRUE(fourth.closed_by_server());
  clients.front()->send(get("/hello", "Connection: close\r\n"));
  EXPECT_EQ(clients.front()->receive().status, 200);
  EXPECT_TRUE(clients.front()->closed_by_server());
  clients.erase(clients.begin());
  const auto after = [&]() -> RawAnswer {
    for (int i = 0; i < 100; ++i) {
      if (RawAnswer answer = server.ask(get("/hello"))) return answer;
      std::this_thread::sleep_for(10ms);  // the server notices the farewell a moment later
    }
    return {};
  }();
  ASSERT_TRUE(after);
  EXPECT_EQ(after.status, 200);
}

// Security case 53.
TEST(Limits, IdleConnectionsDoNotDisturbOthers) {
  const TestServer server;
  std::vector<std::unique_ptr<RawClient>> idle;
  for (int i = 0; i < 400; ++i) {
    idle.push_back(std::make_unique<RawClient>(server.port()));
    if (i % 2) idle.back()->send("GET / HTTP/1.1\r\nHo");
  }
  EXPECT_EQ(server.ask(get("/hello")).status, 200);
}

}  // namespace
}  // namespace sigma::http::testing
