// What leaves the server: routing, CORS, persistence, refusals in the service's words.
#include <regex>

#include "test_server.hpp"

namespace sigma::http::testing {
namespace {

std::string ask_line(std::string_view method, std::string_view path, std::string_view fields = "") {
  return fmt::format("{} {} HTTP/1.1\r\nHost: test\r\n{}\r\n", method, path, fields);
}

TEST(Answers, CarryWhatEveryAnswerNeeds) {
  const TestServer server;
  const auto answer = server.ask(get("/hello"));
  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(answer.body, "hello");
  EXPECT_EQ(answer.field("content-length"), "5");
  EXPECT_FALSE(answer.has("connection"));
  EXPECT_TRUE(std::regex_match(
      answer.field("date"),
      std::regex("(Mon|Tue|Wed|Thu|Fri|Sat|Sun), \\d\\d [A-Z][a-z]{2} \\d{4} \\d\\d:\\d\\d:\\d\\d GMT")));
  EXPECT_TRUE(std::regex_match(answer.field("x-request-id"), std::regex("[0-9a-f]{12}-[0-9a-f]{8}")));
  EXPECT_NE(answer.field("x-request-id"), server.ask(get("/hello")).field("x-request-id"));
}

TEST(Answers, Routing) {
  const TestServer server;
  EXPECT_EQ(server.ask(get("/hello/")).status, 200);
  EXPECT_EQ(server.ask(get("/hello?x=/y")).status, 200);
  EXPECT_EQ(server.ask(get("/show/a%20b")).body, "a b|/show/a%20b|/show/a%20b|");
  EXPECT_EQ(server.ask(get("/show/a/?q=1&r")).body, "a|/show/a/?q=1&r|/show/a|q=1&r");
  for (const std::string_view path :
       {"/none", "/hell", "/hello/x", "/HELLO", "/show/", "/show//", "/show/%zz", "/show/%00", "//hello"}) {
    EXPECT_EQ(server.ask(get(path)).status, 404) << path;
  }
  const auto refused = server.ask(ask_line("DELETE", "/hello"));
  EXPECT_EQ(refused.status, 405);
  EXPECT_EQ(refused.field("allow"), "GET, HEAD, PUT, OPTIONS");
  EXPECT_EQ(server.ask(ask_line("BREW", "/hello")).status, 405);
  EXPECT_EQ(server.ask(ask_line("get", "/hello")).status, 405);
  EXPECT_EQ(server.ask(ask_line("GET", "/echo")).field("allow"), "POST, OPTIONS");
}

TEST(Answers, HeadIsGetWithoutBody) {
  const TestServer server;
  RawClient client(server.port());
  client.send(ask_line("HEAD", "/hello") + get("/hello"));
  const auto head = client.receive(true);
  EXPECT_EQ(head.status, 200);
  EXPECT_EQ(head.field("content-length"), "5");
  EXPECT_EQ(client.receive().body, "hello") << "nothing but the head was sent before";
  EXPECT_EQ(server.ask(ask_line("HEAD", "/echo"), true).status, 405);
}

TEST(Answers, NoContentHasNoLength) {
  const TestServer server;
  RawClient client(server.port());
  client.send(get("/empty") + get("/hello"));
  const auto answer = client.receive();
  EXPECT_EQ(answer.status, 204);
  EXPECT_FALSE(answer.has("content-length"));
  EXPECT_EQ(client.receive().status, 200);
}

TEST(Answers, PipelinedRequestsAreAnsweredInOrder) {
  const TestServer server;
  RawClient client(server.port());
  std::string requests;
  for (int i = 0; i < 500; ++i)
    requests += i % 3 ? get(fmt::format("/show/{}", i)) : post("/echo", fmt::format("body {}", i));
  client.send(requests);
  for (int i = 0; i < 500; ++i) {
    const auto answer = client.receive();
    ASSERT_TRUE(answer) << i;
    EXPECT_TRUE(answer.body.starts_with(i % 3 ? fmt::format("{}|", i) : fmt::format("body {}", i))) << answer.body;
  }
}

TEST(Answers, CloseIsHonoured) {
  const TestServer server;
  RawClient client(server.port());
  client.send(get("/hello", "Connection: close\r\n") + get("/hello"));
  EXPECT_EQ(client.receive().field("connection"), "close");
  EXPECT_TRUE(client.closed_by_server());
}

TEST(Answers, LargeBodiesArriveWhole) {
  const TestServer server;
  RawClient client(server.port());
  client.send(get("/large") + get("/hello"));
  const auto answer = client.receive();
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer.body, std::string(32 * 1024 * 1024, 'x'));
  EXPECT_EQ(client.receive().body, "hello");
}

TEST(Answers, AThrowingHandlerIsAnErrorWithoutItsReason) {
  const TestServer server;
  RawClient client(server.port());
  client.send(get("/throw") + get("/hello"));
  const auto answer = client.receive();
  EXPECT_EQ(answer.status, 500);
  EXPECT_EQ(answer.body, R"({"error":"server_error","error_description":"The server failed to answer."})");
  EXPECT_EQ(answer.field("access-control-allow-origin"), "*") << "pages of other origins may read the error too";
  EXPECT_EQ(client.receive().status, 200);
}

TEST(Answers, FieldsCannotBeSplit) {
  const TestServer server;
  const auto answer = server.ask(get("/split"));
  EXPECT_EQ(answer.status, 500);
  EXPECT_FALSE(answer.has("set-cookie"));
  EXPECT_FALSE(answer.has("x-state"));
}

TEST(Answers, TheServiceChoosesTheWords) {
  ServerOptions options;
  options.limits = patient_limits();
  options.limits.request_timeout = std::chrono::milliseconds(50);
  options.render_error = [](const Request& request, int status, std::string_view description) {
    Response response;
    response.status = status;
    if (request.path == "/throw") throw std::runtime_error("again");
    if (request.path != "/nothing") response.body = fmt::format("<p>{} {}</p>", status, description);
    response.headers.add("Content-Type", "text/html");
    return response;
  };
  options.finish = [](const Request& request, Response& response) {
    response.headers.set("X-Frame-Options", "DENY");
    if (request.path == "/hello") response.headers.set("X-Path", request.path);
  };
  const TestServer server(options);
  EXPECT_EQ(server.ask(get("/none")).body, "<p>404 There is nothing at this address.</p>");
  EXPECT_EQ(server.ask(get("/slow")).body, "<p>503 The server took too long to answer; try again in a moment.</p>");
  EXPECT_EQ(server.ask("nonsense\r\n\r\n").body, "<p>400 The request is not well-formed HTTP/1.1.</p>");
  EXPECT_EQ(server.ask(get("/nothing")).body,
            R"({"error":"not_found","error_description":"There is nothing at this address."})")
      << "an empty body is not sent";
  EXPECT_EQ(server.ask(get("/throw")).status, 500);
  EXPECT_FALSE(server.ask(get("/throw")).body.empty());
  for (const std::string_view path : {"/hello", "/none", "/slow"}) {
    EXPECT_EQ(server.ask(get(path)).field("x-frame-options"), "DENY") << path;
  }
  EXPECT_EQ(server.ask(get("/hello")).field("x-path"), "/hello");
}

TEST(Answers, AThrowingFinishIsAnError) {
  ServerOptions options;
  options.finish = [](const Request&, Response&) { throw std::runtime_error("no"); };
  const TestServer server(options);
  const auto answer = server.ask(get("/hello"));
  EXPECT_EQ(answer.status, 500);
  EXPECT_FALSE(answer.body.empty());
}

class CorsAnswers : public ::testing::Test {
 protected:
  CorsAnswers()
      : server_([] {
          ServerOptions options;
          options.trusted_origins = {"https://app.example"};
          return options;
        }()) {}

  RawAnswer preflight(std::string_view path, std::string_view origin, std::string_view method = "POST") {
    return server_.ask(
        ask_line("OPTIONS", path, fmt::format("Origin: {}\r\nAccess-Control-Request-Method: {}\r\n", origin, method)));
  }
  TestServer server_;
};

TEST_F(CorsAnswers, AnyOriginWithoutCredentials) {
  const auto allowed = preflight("/any", "https://stranger.example");
  EXPECT_EQ(allowed.status, 204);
  EXPECT_EQ(allowed.field("access-control-allow-origin"), "*");
  EXPECT_EQ(allowed.field("access-control-allow-methods"), "GET, HEAD, POST, OPTIONS");
  EXPECT_EQ(allowed.field("access-control-allow-headers"),
            "Authorization, Content-Type, X-Auth-Token, X-Sigma-Enrollment-Proof, DPoP");
  EXPECT_TRUE(allowed.has("access-control-max-age"));
  EXPECT_FALSE(allowed.has("access-control-allow-credentials"));

  const auto answer = server_.ask(get("/any", "Origin: https://stranger.example\r\n"));
  EXPECT_EQ(answer.field("access-control-allow-origin"), "*");
  EXPECT_FALSE(answer.has("access-control-allow-credentials"));
}

TEST_F(CorsAnswers, TrustedOriginsWithCredentials) {
  const auto allowed = preflight("/trusted", "https://app.example");
  EXPECT_EQ(allowed.status, 204);
  EXPECT_EQ(allowed.field("access-control-allow-origin"), "https://app.example");
  EXPECT_EQ(allowed.field("access-control-allow-credentials"), "true");
  EXPECT_EQ(allowed.field("vary"), "Origin");

  const auto answer = server_.ask(get("/trusted", "Origin: https://app.example\r\n"));
  EXPECT_EQ(answer.field("access-control-allow-origin"), "https://app.example");
  EXPECT_EQ(answer.field("access-control-allow-credentials"), "true");
  EXPECT_EQ(answer.field("vary"), "Origin");
  EXPECT_EQ(server_.ask(get("/trusted")).field("vary"), "Origin") << "caches must not mix the two";
}

TEST_F(CorsAnswers, OtherOriginsGetNoPermission) {
  for (const std::string_view origin :
       {"null", "https://app.example.evil", "http://app.example", "https://app.example:8443",
        "https://evil-app.example", "https://APP.example", "https://app.example/", ""}) {
    for (const auto& answer :
         {preflight("/trusted", origin), server_.ask(get("/trusted", fmt::format("Origin: {}\r\n", origin)))}) {
      EXPECT_FALSE(answer.has("access-control-allow-origin")) << origin;
      EXPECT_FALSE(answer.has("access-control-allow-credentials")) << origin;
      EXPECT_FALSE(answer.has("access-control-allow-methods")) << origin;
    }
  }
  const auto twice = server_.ask(get("/trusted", "Origin: https://app.example\r\nOrigin: https://evil.example\r\n"));
  EXPECT_FALSE(twice.has("access-control-allow-origin"));
}

TEST_F(CorsAnswers, RoutesWithoutCorsStaySilent) {
  EXPECT_EQ(preflight("/hello", "https://app.example", "GET").status, 204);
  EXPECT_FALSE(preflight("/hello", "https://app.example", "GET").has("access-control-allow-origin"));
  EXPECT_FALSE(server_.ask(get("/hello", "Origin: https://app.example\r\n")).has("access-control-allow-origin"));
  EXPECT_FALSE(preflight("/any", "https://app.example", "DELETE").has("access-control-allow-origin"));
}

TEST_F(CorsAnswers, PlainOptions) {
  const auto answer = server_.ask(ask_line("OPTIONS", "/hello"));
  EXPECT_EQ(answer.status, 204);
  EXPECT_EQ(answer.field("allow"), "GET, HEAD, PUT, OPTIONS");
  EXPECT_EQ(server_.ask(ask_line("OPTIONS", "/none")).status, 404);
  EXPECT_EQ(server_.ask(ask_line("OPTIONS", "*")).status, 204);
}

}  // namespace
}  // namespace sigma::http::testing
