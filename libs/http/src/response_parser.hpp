#pragma once
#include <memory>
#include <string_view>

#include "sigma/core/result.hpp"
#include "sigma/http/message.hpp"

namespace sigma::http {

/// Beast's parser of answers, fed by hand. Interim answers (1xx) are skipped.
class ResponseParser {
 public:
  ResponseParser(std::size_t body_limit, bool head_request);
  ~ResponseParser();

  /// Code::unavailable when the answer is malformed or too large.
  core::Result<void> put(std::string_view data);
  /// The peer sends no more: for answers that end with the connection.
  core::Result<void> put_end();
  bool complete() const;
  /// After the end: may the connection be used again?
  bool keep_alive() const;
  Response take();

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace sigma::http
