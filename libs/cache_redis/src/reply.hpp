// RESP2, by hiredis: what is sent and what comes back.
#pragma once
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "sigma/core/result.hpp"

struct redisReader;

namespace sigma::cache_redis {

using Command = std::vector<std::string>;

/// The bytes of one command.
std::string encode(const Command& command);

struct Reply {
  enum class Kind { nil, text, status, error, integer, array };
  Kind kind = Kind::nil;
  std::string text;  ///< of text, status and error
  std::int64_t integer = 0;
  std::vector<Reply> items;

  bool is_error() const { return kind == Kind::error; }
  /// The first word of an error: "MOVED", "NOSCRIPT" …
  bool is_error(std::string_view code) const { return is_error() && text.starts_with(code); }
};

/// Makes replies of a stream of bytes. Holds at most `max_bytes` of an unfinished reply, and arrays of 65,536 items: a
/// broken or hostile server cannot fill the memory.
class ReplyReader {
 public:
  explicit ReplyReader(std::size_t max_bytes);
  ~ReplyReader();

  /// Code::unavailable on what is no RESP, or too much; the connection is of no use any more.
  core::Result<void> feed(std::string_view bytes);
  /// Nothing: more bytes are needed.
  core::Result<std::optional<Reply>> next();

 private:
  std::unique_ptr<redisReader, void (*)(redisReader*)> reader_;
  std::size_t max_bytes_;
  std::size_t unfinished_ = 0;
};

}  // namespace sigma::cache_redis
