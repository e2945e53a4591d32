// A server that goes away takes nobody's request with it.
#include <atomic>
#include <thread>

#include "test_server.hpp"

namespace sigma::http::testing {
namespace {

using namespace std::chrono_literals;

TEST(Drain, InFlightRequestsAreAnswered) {
  ServerOptions options;
  options.limits = patient_limits();
  TestServer server(options);
  RawClient client(server.port());
  client.send(get("/slow") + get("/hello"));
  ASSERT_FALSE(client.readable(50ms));
  EXPECT_TRUE(server.server().drain(10s));
  const auto answer = client.receive();
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer.body, "late");
  EXPECT_EQ(answer.field("connection"), "close");
  EXPECT_TRUE(client.closed_by_server());
  EXPECT_FALSE(RawClient(server.port()).connected());
}

TEST(Drain, IdleConnectionsAreClosed) {
  ServerOptions options;
  options.limits = patient_limits();
  TestServer server(options);
  RawClient used(server.port()), silent(server.port());
  used.send(get("/hello"));
  EXPECT_EQ(used.receive().status, 200);
  EXPECT_TRUE(server.server().drain(10s));
  EXPECT_TRUE(used.closed_by_server());
  EXPECT_TRUE(silent.closed_by_server());
}

TEST(Drain, ARetiringServerKeepsNoConnection) {
  ServerOptions options;
  options.limits = patient_limits();
  TestServer server(options);
  RawClient kept(server.port()), silent(server.port());
  kept.send(get("/hello"));
  EXPECT_NE(kept.receive().field("connection"), "close");
  server.server().retire();
  EXPECT_FALSE(kept.readable(50ms)) << "whoever was promised a connection ends it";
  kept.send(get("/hello"));
  EXPECT_EQ(kept.receive().field("connection"), "close");
  EXPECT_TRUE(kept.closed_by_server());
  RawClient later(server.port());
  later.send(get("/hello"));
  const auto answer = later.receive();
  EXPECT_EQ(answer.status, 200) << "the door is open";
  EXPECT_EQ(answer.field("connection"), "close");
  EXPECT_TRUE(server.server().drain(10s));
}

TEST(Drain, TellsWhenTheDeadlineCutsOff) {
  ServerOptions options;
  options.limits = patient_limits();
  TestServer server(options);
  RawClient client(server.port());
  client.send("GET /slow HTTP/1.1\r\nHo");
  ASSERT_FALSE(client.readable(50ms));
  EXPECT_FALSE(server.server().drain(100ms));
  server.server().stop();
  EXPECT_TRUE(client.closed_by_server());
  server.server().stop();
}

TEST(Drain, StopWithHandlersUnderWay) {
  ServerOptions options;
  options.threads = 2;
  TestServer server(options);
  RawClient one(server.port()), two(server.port());
  one.send(get("/slow"));
  two.send(get("/slow"));
  ASSERT_FALSE(one.readable(50ms));
  server.server().stop();
  EXPECT_TRUE(one.closed_by_server());
  EXPECT_TRUE(two.closed_by_server());
}

struct Tally {
  std::atomic<int> answered{0};
  std::atomic<int> lost{0};
};

/// Sends one request after the other, on a kept connection or each on its own, until nobody lets it in any more.
void insist(std::uint16_t port, bool keep, Tally& tally) {
  std::unique_ptr<RawClient> client;
  for (;;) {
    if (!client) client = std::make_unique<RawClient>(port);
    if (!client->connected()) return;
    const bool sent = client->send(post("/echo", "payload"));
    const auto answer = sent ? client->receive() : RawAnswer{};
    if (!answer || answer.body != "payload") {
      ++tally.lost;
      return;
    }
    ++tally.answered;
    if (!keep || answer.field("connection") == "close") client.reset();
  }
}

class DrainUnderLoad : public ::testing::TestWithParam<std::size_t> {};

TEST_P(DrainUnderLoad, LosesNoRequest) {
  for (int round = 0; round < 2; ++round) {
    ServerOptions options;
    options.threads = GetParam();
    TestServer server(options);
    Tally tally;
    std::vector<std::thread> clients;
    for (int i = 0; i < 8; ++i) {
      clients.emplace_back(insist, server.port(), i % 2 == 0, std::ref(tally));
    }
    while (tally.answered < 2000) std::this_thread::yield();
    EXPECT_TRUE(server.server().drain(10s));
    server.server().stop();
    for (auto& client : clients) client.join();
    EXPECT_EQ(tally.lost, 0) << "of " << tally.answered << " in round " << round;
  }
}

INSTANTIATE_TEST_SUITE_P(Threads, DrainUnderLoad, ::testing::Values(1, 3));

}  // namespace
}  // namespace sigma::http::testing
