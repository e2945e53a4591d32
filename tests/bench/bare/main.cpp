// The least that a keep-alive HTTP server can do on Beast: read a request, write one fixed answer. What it reaches
// under the same driver is what this machine and this library allow; sigma_auth's discovery is measured against it.
#include <CLI/CLI.hpp>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/socket_base.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http.hpp>
#include <fstream>
#include <iostream>
#include <sstream>
#include <thread>

namespace {

namespace asio = boost::asio;
namespace http = boost::beast::http;
using Tcp = asio::ip::tcp;
using ReusePort = asio::detail::socket_option::boolean<SOL_SOCKET, SO_REUSEPORT>;
constexpr auto kToken = asio::as_tuple(asio::use_awaitable);

http::response<http::string_body> make_answer(const std::string& body) {
  http::response<http::string_body> answer(http::status::ok, 11);
  answer.set(http::field::content_type, "application/json");
  answer.set(http::field::cache_control, "public, max-age=15");
  answer.body() = body;
  answer.prepare_payload();
  return answer;
}

asio::awaitable<void> serve(Tcp::socket socket, const std::string& body) {
  const auto answer = make_answer(body);
  boost::beast::flat_buffer buffer;
  for (;;) {
    http::request<http::string_body> request;
    const auto [read_error, read] = co_await http::async_read(socket, buffer, request, kToken);
    if (read_error) co_return;
    const auto [write_error, written] = co_await http::async_write(socket, answer, kToken);
    if (write_error || !request.keep_alive()) co_return;
  }
}

asio::awaitable<void> accept(Tcp::acceptor& acceptor, const std::string& body) {
  for (;;) {
    auto [error, socket] = co_await acceptor.async_accept(kToken);
    if (error) continue;
    socket.set_option(Tcp::no_delay(true));
    asio::co_spawn(acceptor.get_executor(), serve(std::move(socket), body), asio::detached);
  }
}

/// One event loop with its own acceptor on the shared port, as sigma::http::Server has.
void run_worker(std::uint16_t port, const std::string& body) {
  asio::io_context context(1);
  Tcp::acceptor acceptor(context);
  acceptor.open(Tcp::v4());
  acceptor.set_option(Tcp::acceptor::reuse_address(true));
  acceptor.set_option(ReusePort(true));
  acceptor.bind({asio::ip::address_v4::loopback(), port});
  acceptor.listen();
  asio::co_spawn(context, accept(acceptor, body), asio::detached);
  context.run();
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app("A bare Beast keep-alive server on loopback, for comparison.");
  std::uint16_t port = 0;
  std::size_t threads = 1;
  std::string body_file;
  app.add_option("--port", port)->required();
  app.add_option("--threads", threads)->check(CLI::Range(1, 64))->capture_default_str();
  app.add_option("--body", body_file, "file with the answer's body")->required()->check(CLI::ExistingFile);
  CLI11_PARSE(app, argc, argv);

  std::ostringstream body;
  body << std::ifstream(body_file).rdbuf();
  const auto text = std::move(body).str();
  std::vector<std::jthread> workers;
  for (std::size_t i = 0; i < threads; ++i) workers.emplace_back([port, &text] { run_worker(port, text); });
  return 0;
}
