#include "response_parser.hpp"

#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/string_body.hpp>

namespace sigma::http {
namespace beast = boost::beast;

class ResponseParser::Impl {
 public:
  Impl(std::size_t body_limit, bool head_request) : body_limit_(body_limit), head_request_(head_request) { begin(); }

  void begin() {
    constexpr std::uint32_t kHeaderLimit = 16 * 1024;
    parser.emplace();
    parser->eager(true);
    parser->header_limit(kHeaderLimit);
    parser->body_limit(body_limit_);
    parser->skip(head_request_);
  }

  core::Result<void> judge(const beast::error_code& error) const {
    if (!error || error == beast::http::error::need_more) return {};
    const bool large = error == beast::http::error::body_limit || error == beast::http::error::header_limit;
    if (large) return core::Error{core::Code::invalid_input, "The other server's answer is too large."};
    return core::Error{core::Code::unavailable, "The other server's answer is malformed.", error.message()};
  }

  std::optional<beast::http::response_parser<beast::http::string_body>> parser;
  std::string unused;

 private:
  std::size_t body_limit_;
  bool head_request_;
};

ResponseParser::ResponseParser(std::size_t body_limit, bool head_request)
    : impl_(std::make_unique<Impl>(body_limit, head_request)) {}
ResponseParser::~ResponseParser() = default;

core::Result<void> ResponseParser::put(std::string_view data) {
  impl_->unused.append(data);
  while (!impl_->unused.empty() && !complete()) {
    beast::error_code error;
    const std::size_t used = impl_->parser->put({impl_->unused.data(), impl_->unused.size()}, error);
    impl_->unused.erase(0, used);
    SIGMA_CHECK(impl_->judge(error));
    const bool interim = impl_->parser->is_done() && impl_->parser->get().result_int() / 100 == 1;
    if (interim) impl_->begin();
    if (error && !interim) return {};  // needs more
  }
  return {};
}

core::Result<void> ResponseParser::put_end() {
  beast::error_code error = beast::http::error::partial_message;
  if (impl_->parser->got_some()) impl_->parser->put_eof(error);
  return impl_->judge(error);
}

bool ResponseParser::complete() const {
  return impl_->parser->is_done();
}
bool ResponseParser::keep_alive() const {
  return impl_->parser->keep_alive() && impl_->unused.empty();
}

Response ResponseParser::take() {
  auto message = impl_->parser->release();
  Response response;
  response.status = static_cast<int>(message.result_int());
  for (const auto& field : message) response.headers.add(std::string(field.name_string()), std::string(field.value()));
  response.body = std::move(message.body());
  return response;
}

}  // namespace sigma::http
