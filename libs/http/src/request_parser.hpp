// Beast's parser, fed by hand, behind the checks on the raw head that it does not make itself.
#pragma once
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "sigma/http/message.hpp"

namespace sigma::http {

/// Why a request is refused before a handler sees it.
struct Refusal {
  int status;
  std::string_view description;  ///< a literal: nothing of the request is echoed
};

inline constexpr std::size_t kMaxTargetBytes = 8 * 1024;

/// Looks at a head while it arrives: finds its end and refuses what other parsers read differently (bare line feeds,
/// folded fields; RFC 9112 §2.2, §5.2) and what is too much, as soon as that is certain.
class HeadScanner {
 public:
  HeadScanner(std::size_t max_bytes, std::size_t max_fields) : max_bytes_(max_bytes), max_fields_(max_fields) {}

  void reset();
  /// `received`: everything since the first byte of the head. Goes on where the last call ended.
  std::optional<Refusal> scan(std::string_view received);
  bool untouched() const { return scanned_ == 0; }
  /// Bytes of the head with its empty line; 0 until that has been seen.
  std::size_t head_bytes() const { return head_bytes_; }

 private:
  std::size_t max_bytes_;
  std::size_t max_fields_;
  std::size_t scanned_ = 0;
  std::size_t line_start_ = 0;
  std::size_t lines_ = 0;
  std::size_t head_bytes_ = 0;
};

class RequestParser {
 public:
  RequestParser();
  ~RequestParser();

  /// Forgets the previous request.
  void reset();
  /// `head` is complete (HeadScanner::head_bytes()). Fills method, target and headers of `request`, which must outlive
  /// the parsing of the body. Refuses every doubtful framing (RFC 9112 §6.3).
  std::optional<Refusal> parse_head(std::string_view head, Request& request);
  /// The body's length if it was announced; nothing for a chunked body.
  std::optional<std::uint64_t> content_length() const;
  bool chunked() const;
  bool http11() const;
  bool keep_alive() const;  ///< the client's wish, as of the head

  bool body_complete() const;
  void set_body_limit(std::size_t bytes);
  /// Appends decoded body to the request; `consumed` tells how much of `data` was used up (the rest comes again).
  std::optional<Refusal> put_body(std::string_view data, std::size_t& consumed);

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace sigma::http
