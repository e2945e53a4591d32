#include "request_parser.hpp"

#include <algorithm>
#include <boost/beast/http/basic_parser.hpp>
#include <boost/beast/http/error.hpp>
#include <limits>

#include "text.hpp"

namespace sigma::http {
namespace beast = boost::beast;
namespace {

constexpr Refusal kTargetTooLong{414, "The request target is longer than 8 KiB."};
constexpr Refusal kHeaderTooLarge{431, "The request header is too large."};
constexpr Refusal kTooManyFields{431, "The request has too many header fields."};
constexpr Refusal kBareLineFeed{400, "Header lines must end with CR LF."};
constexpr Refusal kFolded{400, "Header fields must not be folded over several lines."};
constexpr Refusal kMalformed{400, "The request is not well-formed HTTP/1.1."};
constexpr Refusal kFraming{400, "The length of the request body is ambiguous."};
constexpr Refusal kMalformedBody{400, "The chunked request body is malformed."};
constexpr Refusal kBodyTooLarge{413, "The request body is too large."};

Method method_of(beast::http::verb verb) {
  using beast::http::verb;
  switch (verb) {
    case verb::get:
      return Method::get;
    case verb::head:
      return Method::head;
    case verb::post:
      return Method::post;
    case verb::put:
      return Method::put;
    case verb::patch:
      return Method::patch;
    case verb::delete_:
      return Method::del;
    case verb::options:
      return Method::options;
    default:
      return Method::other;
  }
}

}  // namespace

void HeadScanner::reset() {
  scanned_ = line_start_ = lines_ = head_bytes_ = 0;
}

std::optional<Refusal> HeadScanner::scan(std::string_view received) {
  for (;;) {
    const auto feed = received.find('\n', scanned_);
    const std::size_t line_end = feed == std::string_view::npos ? received.size() : feed;
    if (lines_ == 0) {
      const std::size_t blank = std::min(received.find(' '), line_end);
      constexpr std::size_t kVersion = sizeof(" HTTP/1.1\r") - 1;
      if (line_end - blank > kMaxTargetBytes + 1 + kVersion) return kTargetTooLong;
    }
    if (feed == std::string_view::npos) break;
    if (feed == line_start_ || received[feed - 1] != '\r') return kBareLineFeed;
    scanned_ = feed + 1;
    if (feed - 1 == line_start_) {
      if (scanned_ > max_bytes_) return kHeaderTooLarge;
      head_bytes_ = scanned_;
      return std::nullopt;
    }
    if (received[line_start_] == ' ' || received[line_start_] == '\t') return lines_ == 0 ? kMalformed : kFolded;
    line_start_ = scanned_;
    if (lines_++ > max_fields_) return kTooManyFields;
  }
  scanned_ = received.size();
  if (received.size() >= max_bytes_) return kHeaderTooLarge;
  return std::nullopt;
}

class RequestParser::Impl {
  class Parser final : public beast::http::basic_parser<true> {
   public:
    explicit Parser(Request& request) : request_(request) {
      // The head arrives whole and measured (HeadScanner); the body is measured below, where the limit is known.
      header_limit(std::numeric_limits<std::uint32_t>::max());
      body_limit(boost::none);
    }

    std::optional<Refusal> check_framing() const {
      const bool one_length = lengths_ == 1 && transfer_encodings_ == 0 && plain_length_;
      const bool one_chunked = lengths_ == 0 && transfer_encodings_ == 1 && exactly_chunked_ && http11_;
      const bool no_body = lengths_ == 0 && transfer_encodings_ == 0;
      if (one_length || one_chunked || no_body) return std::nullopt;
      return kFraming;
    }

    bool http11_ = false;
    bool keep_alive_ = false;
    bool too_large_ = false;
    std::size_t body_limit_ = 0;

   private:
    using Error = beast::error_code;
    using View = beast::string_view;

    void on_request_impl(beast::http::verb verb, View, View target, int version, Error&) override {
      request_.method = method_of(verb);
      request_.target.assign(target);
      http11_ = version == 11;
    }
    void on_response_impl(int, View, int, Error&) override {}

    void on_field_impl(beast::http::field name, View name_text, View value, Error&) override {
      if (head_done_) return;  // a trailer must not pass for a header field (RFC 9110 §6.5.1)
      if (name == beast::http::field::content_length) {
        ++lengths_;
        plain_length_ = std::all_of(value.begin(), value.end(), [](char c) { return c >= '0' && c <= '9'; });
      } else if (name == beast::http::field::transfer_encoding) {
        ++transfer_encodings_;
        exactly_chunked_ = iequals(value, "chunked");
      }
      request_.headers.add(std::string(name_text), std::string(value));
    }

    void on_header_impl(Error&) override { head_done_ = true; }
    void on_body_init_impl(const boost::optional<std::uint64_t>& length, Error&) override {
      if (length) request_.body.reserve(std::min<std::uint64_t>(*length, body_limit_));
    }
    std::size_t on_body_impl(View data, Error& error) override { return append(data, error); }
    void on_chunk_header_impl(std::uint64_t size, View, Error& error) override {
      if (size > body_limit_ - request_.body.size()) refuse(error);
    }
    std::size_t on_chunk_body_impl(std::uint64_t, View data, Error& error) override { return append(data, error); }
    void on_finish_impl(Error&) override {}

    std::size_t append(View data, Error& error) {
      if (data.size() > body_limit_ - request_.body.size()) {
        refuse(error);
        return 0;
      }
      request_.body.append(data);
      return data.size();
    }
    void refuse(Error& error) {
      too_large_ = true;
      error = beast::http::error::body_limit;
    }

    Request& request_;
    bool head_done_ = false;
    int lengths_ = 0;
    int transfer_encodings_ = 0;
    bool plain_length_ = false;
    bool exactly_chunked_ = false;
  };

 public:
  std::optional<Parser> parser;
};

RequestParser::RequestParser() : impl_(std::make_unique<Impl>()) {}
RequestParser::~RequestParser() = default;

void RequestParser::reset() {
  impl_->parser.reset();
}

std::optional<Refusal> RequestParser::parse_head(std::string_view head, Request& request) {
  auto& parser = impl_->parser.emplace(request);
  beast::error_code error;
  parser.put({head.data(), head.size()}, error);
  if (error || !parser.is_header_done()) return kMalformed;
  parser.keep_alive_ = parser.keep_alive();
  return parser.check_framing();
}

std::optional<std::uint64_t> RequestParser::content_length() const {
  const auto length = impl_->parser->content_length();
  return length ? std::optional<std::uint64_t>(*length) : std::nullopt;
}
bool RequestParser::chunked() const {
  return impl_->parser->chunked();
}
bool RequestParser::http11() const {
  return impl_->parser && impl_->parser->http11_;
}
bool RequestParser::keep_alive() const {
  return impl_->parser->keep_alive_;
}
bool RequestParser::body_complete() const {
  return impl_->parser->is_done();
}
void RequestParser::set_body_limit(std::size_t bytes) {
  impl_->parser->body_limit_ = bytes;
}

std::optional<Refusal> RequestParser::put_body(std::string_view data, std::size_t& consumed) {
  auto& parser = *impl_->parser;
  parser.eager(true);
  beast::error_code error;
  consumed = parser.put({data.data(), data.size()}, error);
  if (parser.too_large_) return kBodyTooLarge;
  if (error && error != beast::http::error::need_more) return kMalformedBody;
  return std::nullopt;
}

}  // namespace sigma::http
