#pragma once
#include <boost/asio/ip/tcp.hpp>
#include <optional>
#include <string>
#include <string_view>

#include "sigma/core/result.hpp"
#include "sigma/core/task.hpp"

namespace sigma::bench {

/// Views into the connection's buffer, valid until its next exchange().
struct Answer {
  int status = 0;
  std::string_view head;  ///< status line and fields
  std::string_view body;

  /// The first field `name`, trimmed; nothing when absent.
  std::optional<std::string_view> header(std::string_view name) const;
};

/// One keep-alive HTTP/1.1 connection that sends bytes made beforehand and reads answers with as little work as
/// possible: the driver shares the machine with the server it measures. For trusted servers only: it believes lengths.
class Connection {
 public:
  Connection(boost::asio::any_io_executor executor, boost::asio::ip::tcp::endpoint server);

  /// Sends a whole request and reads its answer; connects first when there is no connection. Code::unavailable when
  /// the connection breaks; it is closed then, and the request is not sent again.
  core::Task<core::Result<Answer>> exchange(std::string_view request);
  void close();

 private:
  core::Task<core::Result<void>> connect();
  core::Task<core::Result<Answer>> read_answer();
  /// Reads until `buffer_` holds `size` bytes.
  core::Task<core::Result<void>> fill_to(std::size_t size);
  core::Task<core::Result<void>> fill_some();
  core::Task<core::Result<std::size_t>> read_line_end(std::size_t from, std::string_view end);
  core::Task<core::Result<std::string_view>> read_chunks(std::size_t from);

  boost::asio::ip::tcp::socket socket_;
  boost::asio::ip::tcp::endpoint server_;
  std::string buffer_;
  std::size_t used_ = 0;  ///< bytes of buffer_ that were received
  std::string chunks_;
};

}  // namespace sigma::bench
