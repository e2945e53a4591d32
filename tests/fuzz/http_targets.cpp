#include <algorithm>

#include "address.hpp"
#include "proxy_protocol.hpp"
#include "request_parser.hpp"
#include "response_parser.hpp"
#include "sigma/core/trace.hpp"
#include "sigma/http/form.hpp"
#include "sigma/http/message.hpp"
#include "sigma/http/origin.hpp"
#include "targets.hpp"

namespace sigma::fuzz {
namespace {

constexpr std::string_view kCookie = "better-auth.session_token";

bool is_token_character(char c) {
  return std::string_view("!#$%&'*+-.^_`|~0123456789").find(c) != std::string_view::npos || (c >= 'a' && c <= 'z') ||
         (c >= 'A' && c <= 'Z');
}

// Whether the cookie's name stands where a name can stand: first, or after a semicolon and blanks.
bool is_named_in(std::string_view cookies) {
  for (auto at = cookies.find(kCookie); at != std::string_view::npos; at = cookies.find(kCookie, at + 1)) {
    const auto before = cookies.substr(0, at).find_last_not_of(" \t");
    if (before == std::string_view::npos || cookies[before] == ';') return true;
  }
  return false;
}

}  // namespace

// As a session does it: bytes in pieces, a head, then a body, then the next request.
SIGMA_FUZZ(request) {
  constexpr std::size_t kHeadLimit = 4 * 1024, kBodyLimit = 1024;
  http::RequestParser parser;
  for (int requests = 0; requests < 8 && !input.empty(); ++requests) {
    http::HeadScanner scanner(kHeadLimit, 100);
    const std::string_view seen = input.substr(0, kHeadLimit + 1);
    for (std::size_t size = 1; size < seen.size() && scanner.head_bytes() == 0; size = size * 2 + 1) {
      if (scanner.scan(seen.substr(0, size))) return;
    }
    if (scanner.scan(seen) || scanner.head_bytes() == 0) return;
    promise(scanner.head_bytes() <= kHeadLimit, "a head within its limit");
    parser.reset();
    http::Request request;
    if (parser.parse_head(input.substr(0, scanner.head_bytes()), request)) return;
    for (const auto& [name, value] : request.headers.fields()) {
      promise(!name.empty() && std::ranges::all_of(name, is_token_character),
              "field names are tokens (RFC 9110 §5.6.2)");
      promise(value.find_first_of(std::string_view("\r\n\0", 3)) == std::string::npos, "field values are one line");
    }
    promise(!request.headers.contains("content-length") || !request.headers.contains("transfer-encoding"),
            "one length of a body (RFC 9112 §6.1)");
    input.remove_prefix(scanner.head_bytes());
    parser.set_body_limit(kBodyLimit);
    while (!parser.body_complete() && !input.empty()) {
      std::size_t consumed = 0;
      if (parser.put_body(input, consumed)) return;
      promise(request.body.size() <= kBodyLimit, "a body within its limit");
      if (consumed == 0) return;
      input.remove_prefix(consumed);
    }
    (void)request.cookie(kCookie);
    (void)request.content_type();
  }
}

SIGMA_FUZZ(response) {
  http::ResponseParser parser(1024, false);
  const std::size_t middle = input.size() / 2;
  if (!parser.put(input.substr(0, middle))) return;
  if (!parser.complete() && !parser.put(input.substr(middle))) return;
  if (!parser.complete() && !parser.put_end()) return;
  if (parser.complete()) promise(parser.take().body.size() <= 1024, "a body within its limit");
}

SIGMA_FUZZ(form) {
  const auto form = http::Form::parse(input);
  if (!form) return;
  const auto again = http::Form::parse(form->encode());
  promise(again && again->parameters() == form->parameters(), "a form survives writing and reading");
}

SIGMA_FUZZ(cookie) {
  http::Request request;
  request.headers.add("Cookie", std::string(input));
  request.headers.add("Content-Type", std::string(input));
  if (request.cookie(kCookie)) promise(is_named_in(input), "no cookie from nowhere");
  (void)request.content_type();
}

SIGMA_FUZZ(forwarded) {
  static const auto proxies = http::TrustedProxies::parse({"10.0.0.0/8", "fd00::/8"}).value();
  http::Headers headers;
  headers.add("X-Forwarded-For", std::string(input));
  if (const auto client = proxies.forwarded_for(headers))
    promise(http::parse_address(*client).has_value(), "whoever is forwarded for has an address");
  (void)http::AddressRange::parse(input);
}

SIGMA_FUZZ(proxy_header) {
  const std::string_view prefix = input.substr(0, std::min(input.size(), http::kProxyPrefixBytes));
  const auto announced = http::parse_proxy_prefix(prefix);
  if (!announced) return;
  promise(*announced <= http::kMaxProxyRestBytes, "a header within its limit");
  const auto source = http::parse_proxy_source(prefix, input.substr(prefix.size()).substr(0, *announced));
  if (!source || !*source) return;
  promise(http::parse_address((*source)->to_string()).has_value(), "whoever is spoken for has an address");
}

SIGMA_FUZZ(outbound_url) {
  const auto destination = http::parse_url(input);
  if (!destination) return;
  const auto again = http::parse_url(destination->origin() + destination->target);
  promise(again && again->host == destination->host && again->port == destination->port, "a URL means one place");
}

SIGMA_FUZZ(traceparent) {
  const auto context = core::parse_traceparent(input);
  if (!context) return;
  const auto again = core::parse_traceparent(core::to_traceparent(*context));
  promise(again && again->trace_id == context->trace_id && again->span_id == context->span_id,
          "a trace survives writing and reading");
}

}  // namespace sigma::fuzz
