// What operators see of a request: one log line and metrics, never its secrets.
#include "sigma/core/json.hpp"
#include "sigma/core/log.hpp"
#include "test_server.hpp"

namespace sigma::http::testing {
namespace {

/// Everything logged while `act` runs against a fresh server.
std::string logged(const std::function<void(const TestServer&)>& act) {
  ::testing::internal::CaptureStderr();
  core::log::start(core::log::Level::info, core::log::Format::json);
  {
    TestServer server;
    act(server);
    server.server().drain(std::chrono::seconds(5));
  }
  core::log::flush();
  return ::testing::internal::GetCapturedStderr();
}

core::Json line_of(const std::string& text) {
  const auto line = core::Json::parse(text.substr(0, text.find('\n')), nullptr, false);
  EXPECT_TRUE(line.is_object()) << text;
  return line;
}

TEST(AccessLog, OneLineARequest) {
  RawAnswer answer;
  const std::string text = logged([&](const TestServer& server) {
    answer = server.ask(get("/show/alice?code=secret",
                            "User-Agent: " + std::string(300, 'u') + "\r\nAuthorization: Bearer hidden\r\n"));
  });
  EXPECT_EQ(std::count(text.begin(), text.end(), '\n'), 1) << text;
  const core::Json line = line_of(text);
  EXPECT_EQ(line["event"], "request");
  EXPECT_EQ(line["method"], "GET");
  EXPECT_EQ(line["route"], "/show/{name}");
  EXPECT_EQ(line["status"], 200);
  EXPECT_EQ(line["bytes"], answer.body.size());
  EXPECT_EQ(line["remote"], "127.0.0.1");
  EXPECT_EQ(line["request_id"], answer.field("x-request-id"));
  EXPECT_EQ(line["user_agent"], std::string(200, 'u'));
  EXPECT_GE(line["duration_ms"].get<double>(), 0);
  for (const std::string_view secret : {"secret", "hidden", "alice"})
    EXPECT_EQ(text.find(secret), std::string::npos) << secret;
}

TEST(AccessLog, HostileFieldsStayInTheirLine) {
  const std::string text = logged([&](const TestServer& server) {
    server.ask(get("/none", "User-Agent: \"}\t\xff\xfe \\ {\"event\":\"forged\"}\r\n"));
  });
  EXPECT_EQ(std::count(text.begin(), text.end(), '\n'), 1) << text;
  EXPECT_EQ(line_of(text)["event"], "request");
  EXPECT_EQ(line_of(text)["route"], "(none)");
  EXPECT_EQ(line_of(text)["status"], 404);
}

TEST(AccessLog, MalformedRequestsAndThrowingHandlers) {
  EXPECT_EQ(line_of(logged([](const TestServer& server) { server.ask("nonsense\r\n\r\n"); }))["status"], 400);
  RawAnswer answer;
  const std::string text = logged([&](const TestServer& server) { answer = server.ask(get("/throw")); });
  EXPECT_EQ(line_of(text)["event"], "handler threw");
  EXPECT_EQ(line_of(text)["cause"], "secret detail");
  EXPECT_EQ(line_of(text)["request_id"], answer.field("x-request-id"));
}

TEST(Metrics, CountRequestsByRouteAndStatus) {
  TestServer server;
  server.ask(get("/show/a"));
  server.ask(get("/show/b"));
  server.ask(get("/show/b/none"));
  server.ask(post("/small", std::string(kSmallBodyLimit + 1, 'b')));
  RawClient open(server.port());
  open.send(get("/hello"));
  open.receive();
  const std::string text = server.metrics().render();
  const auto expect = [&](std::string_view line) {
    EXPECT_NE(text.find(line), std::string::npos) << line << "\n" << text;
  };
  expect(R"#(http_requests_total{method="GET",route="/show/{name}",server="test",status="200"} 2)#");
  expect(R"#(http_requests_total{method="GET",route="(none)",server="test",status="404"} 1)#");
  expect(R"#(http_requests_total{method="POST",route="/small",server="test",status="413"} 1)#");
  expect(R"#(http_request_duration_seconds_count{route="/show/{name}",server="test"} 2)#");
  EXPECT_EQ(text.find("/none"), std::string::npos) << "a path that is no route is no label";
}

TEST(Metrics, CountOpenConnections) {
  TestServer server;
  const auto& gauge = server.metrics().gauge("http_connections", "", {{"server", "test"}});
  {
    RawClient one(server.port()), two(server.port());
    one.send(get("/hello"));
    two.send(get("/hello"));
    one.receive();
    two.receive();
    EXPECT_EQ(gauge.Value(), 2);
  }
  server.server().drain(std::chrono::seconds(5));
  EXPECT_EQ(gauge.Value(), 0);
}

}  // namespace
}  // namespace sigma::http::testing
