// Our Response in HTTP/1.1's words.
#pragma once
#include <boost/asio/buffer.hpp>
#include <chrono>
#include <string>
#include <string_view>

#include "sigma/http/message.hpp"

namespace sigma::http {

/// "Sun, 06 Nov 1994 08:49:37 GMT", written once a second. For one thread.
class DateText {
 public:
  std::string_view now();

 private:
  std::time_t second_ = 0;
  std::string text_;
};

/// Can these be sent as they are? Names are tokens, values hold no control characters (RFC 9110 §5.5).
bool are_sendable(const Headers& headers);
/// Also the status must be a final one.
bool is_sendable(const Response& response);

enum class Persistence { implied, keep_alive, close };

/// What the wire says about an answer besides what its maker said.
struct AnswerContext {
  bool head_request;
  Persistence persistence;
  std::string_view request_id;
  std::string_view date;
};

/// Writes status line and fields to `out`, which keeps its capacity. Connection, Content-Length, Date,
/// Transfer-Encoding and X-Request-Id are ours: the handler's are dropped.
void write_head(const Response& response, const AnswerContext& context, std::string& out);
/// The bytes that follow the head; empty for HEAD, 204 and 304.
std::string_view body_to_send(const Response& response, bool head_request);

}  // namespace sigma::http
