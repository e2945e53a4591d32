#include "test_server.hpp"

#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <stdexcept>

namespace sigma::http::testing {
namespace {

using namespace std::chrono_literals;

Response text(std::string body) {
  Response response;
  response.headers.add("Content-Type", "text/plain");
  response.body = std::move(body);
  return response;
}

core::Task<Response> hello(Request) {
  co_return text("hello");
}
core::Task<Response> echo(Request request) {
  co_return text(std::move(request.body));
}
core::Task<Response> fields(Request request) {
  std::string names;
  for (const auto& [name, value] : request.headers.fields()) names += name + " ";
  co_return text(names);
}
core::Task<Response> remote(Request request) {
  co_return text(request.remote_address);
}
core::Task<Response> show(Request request) {
  co_return text(request.path_parameters.at("name") + "|" + request.target + "|" + request.path + "|" + request.query);
}
core::Task<Response> throwing(Request) {
  throw std::runtime_error("secret detail");
  co_return Response{};
}
core::Task<Response> splitting(Request) {
  Response response = text("never");
  response.headers.add("X-State", "a\r\nSet-Cookie: stolen=1");
  co_return response;
}
core::Task<Response> slow(Request) {
  boost::asio::steady_timer timer(co_await boost::asio::this_coro::executor, 2s);
  co_await timer.async_wait(boost::asio::use_awaitable);
  co_return text("late");
}
core::Task<Response> large(Request) {
  static const auto body = std::make_shared<const std::string>(32 * 1024 * 1024, 'x');
  Response response;
  response.shared_body = body;
  co_return response;
}
core::Task<Response> empty(Request) {
  Response response;
  response.status = 204;
  co_return response;
}

}  // namespace

std::vector<Route> test_routes() {
  RouteOptions small, any, trusted;
  small.body_limit = kSmallBodyLimit;
  any.cors = Cors::any;
  trusted.cors = Cors::trusted;
  return {{Method::get, "/hello", hello, {}},
          {Method::put, "/hello", hello, {}},
          {Method::get, "/", hello, {}},
          {Method::post, "/echo", echo, {}},
          {Method::post, "/fields", fields, {}},
          {Method::post, "/small", echo, small},
          {Method::get, "/remote", remote, {}},
          {Method::get, "/show/{name}", show, {}},
          {Method::get, "/throw", throwing, any},
          {Method::get, "/split", splitting, {}},
          {Method::get, "/slow", slow, {}},
          {Method::get, "/large", large, {}},
          {Method::get, "/empty", empty, {}},
          {Method::get, "/any", hello, any},
          {Method::post, "/any", echo, any},
          {Method::get, "/trusted", hello, trusted},
          {Method::post, "/trusted", echo, trusted}};
}

TestServer::TestServer(ServerOptions options, std::vector<Route> routes) {
  if (options.name.empty()) options.name = "test";
  if (options.listen.empty()) options.listen = "127.0.0.1:0";
  server_ =
      std::make_unique<Server>(std::move(options), std::make_shared<Router>(std::move(routes)), random_, metrics_);
  const auto started = server_->start();
  if (!started) ADD_FAILURE() << started.error().description() << started.error().cause();
}

RawAnswer TestServer::ask(std::string_view request, bool head) const {
  RawClient client(port());
  client.send(request);
  return client.receive(head);
}

std::string get(std::string_view path, std::string_view fields) {
  return fmt::format("GET {} HTTP/1.1\r\nHost: test\r\n{}\r\n", path, fields);
}

std::string post(std::string_view path, std::string_view body, std::string_view fields) {
  return fmt::format("POST {} HTTP/1.1\r\nHost: test\r\nContent-Length: {}\r\n{}\r\n{}", path, body.size(), fields,
                     body);
}

Limits patient_limits() {
  Limits limits;
  limits.header_timeout = limits.body_timeout = limits.idle_timeout = limits.write_timeout = limits.request_timeout =
      60s;
  return limits;
}

}  // namespace sigma::http::testing
