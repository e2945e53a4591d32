#include "connection.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/write.hpp>
#include <charconv>

namespace sigma::bench {
namespace {

namespace asio = boost::asio;
constexpr auto kToken = asio::as_tuple(asio::use_awaitable);

core::Error broken(std::string_view what, const boost::system::error_code& error) {
  return {core::Code::unavailable, fmt::format("{}: {}", what, error.message())};
}

bool equal_without_case(std::string_view a, std::string_view b) {
  return std::ranges::equal(a, b, [](char x, char y) { return (x | 0x20) == (y | 0x20); });
}

template <class Number>
std::optional<Number> parse_number(std::string_view text, int base) {
  Number value{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value, base);
  if (error != std::errc{}) return std::nullopt;
  return value;
}

}  // namespace

std::optional<std::string_view> Answer::header(std::string_view name) const {
  for (auto at = head.find("\r\n"); at != std::string_view::npos; at = head.find("\r\n", at + 2)) {
    const auto line = head.substr(at + 2);
    if (line.size() <= name.size() || line[name.size()] != ':' ||
        !equal_without_case(line.substr(0, name.size()), name))
      continue;
    auto value = line.substr(name.size() + 1, line.find("\r\n") - name.size() - 1);
    value.remove_prefix(std::min(value.find_first_not_of(' '), value.size()));
    return value;
  }
  return std::nullopt;
}

Connection::Connection(asio::any_io_executor executor, asio::ip::tcp::endpoint server)
    : socket_(std::move(executor)), server_(std::move(server)), buffer_(16 * 1024, '\0') {}

core::Task<core::Result<Answer>> Connection::exchange(std::string_view request) {
  if (!socket_.is_open()) SIGMA_CO_CHECK(co_await connect());
  const auto [write_error, written] = co_await asio::async_write(socket_, asio::buffer(request), kToken);
  if (write_error) {
    close();
    co_return broken("write", write_error);
  }
  auto answer = co_await read_answer();
  if (!answer) close();
  co_return answer;
}

void Connection::close() {
  boost::system::error_code ignored;  // it is being thrown away
  socket_.close(ignored);
}

core::Task<core::Result<void>> Connection::connect() {
  const auto [error] = co_await socket_.async_connect(server_, kToken);
  if (error) {
    close();
    co_return broken("connect", error);
  }
  socket_.set_option(asio::ip::tcp::no_delay(true));
  co_return core::Result<void>{};
}

core::Task<core::Result<Answer>> Connection::read_answer() {
  used_ = 0;
  Answer answer;
  SIGMA_CO_TRY(const auto head_end, co_await read_line_end(0, "\r\n\r\n"));
  const auto status = parse_number<int>(std::string_view(buffer_).substr(std::string_view("HTTP/1.1 ").size(), 3), 10);
  if (!status) co_return core::Error(core::Code::unavailable, "The answer is no HTTP.");
  answer.status = *status;
  answer.head = std::string_view(buffer_).substr(0, head_end);

  if (const auto length = answer.header("content-length")) {
    const auto size = parse_number<std::size_t>(*length, 10).value_or(0);
    SIGMA_CO_CHECK(co_await fill_to(head_end + size));
    answer.head = std::string_view(buffer_).substr(0, head_end);  // the buffer may have moved
    answer.body = std::string_view(buffer_).substr(head_end, size);
  } else if (answer.header("transfer-encoding")) {
    SIGMA_CO_TRY(answer.body, co_await read_chunks(head_end));
    answer.head = std::string_view(buffer_).substr(0, head_end);
  } else if (answer.status != 204 && answer.status != 304) {
    co_return core::Error(core::Code::unavailable, "The answer has no length.");
  }
  const auto connection = answer.header("connection");
  if (connection && equal_without_case(*connection, "close")) close();
  co_return answer;
}

core::Task<core::Result<std::string_view>> Connection::read_chunks(std::size_t from) {
  chunks_.clear();
  for (;;) {
    SIGMA_CO_TRY(const auto data, co_await read_line_end(from, "\r\n"));
    const auto size = parse_number<std::size_t>(std::string_view(buffer_).substr(from, data - from), 16);
    if (!size) co_return core::Error(core::Code::unavailable, "A chunk has no size.");
    SIGMA_CO_CHECK(co_await fill_to(data + *size + 2));
    if (*size == 0) co_return std::string_view(chunks_);
    chunks_.append(buffer_, data, *size);
    from = data + *size + 2;
  }
}

core::Task<core::Result<std::size_t>> Connection::read_line_end(std::size_t from, std::string_view end) {
  for (;;) {
    const auto at = std::string_view(buffer_.data(), used_).find(end, from);
    if (at != std::string_view::npos) co_return at + end.size();
    SIGMA_CO_CHECK(co_await fill_some());
  }
}

core::Task<core::Result<void>> Connection::fill_to(std::size_t size) {
  if (buffer_.size() < size) buffer_.resize(size);
  while (used_ < size) SIGMA_CO_CHECK(co_await fill_some());
  co_return core::Result<void>{};
}

core::Task<core::Result<void>> Connection::fill_some() {
  if (used_ == buffer_.size()) buffer_.resize(buffer_.size() * 2);
  const auto [error, count] =
      co_await socket_.async_read_some(asio::buffer(buffer_.data() + used_, buffer_.size() - used_), kToken);
  if (error) co_return broken("read", error);
  used_ += count;
  co_return core::Result<void>{};
}

}  // namespace sigma::bench
