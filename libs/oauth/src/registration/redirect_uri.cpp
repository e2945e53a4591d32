#include "sigma/oauth/registration/redirect_uri.hpp"

#include <boost/url/parse.hpp>
#include <boost/url/url_view.hpp>

#include <algorithm>

#include "sigma/core/encoding.hpp"
#include "sigma/core/number.hpp"

namespace sigma::oauth {
namespace {

core::Error wrong(std::string description) {
  return {core::Code::invalid_input, std::move(description)};
}

// Browsers resolve these before they compare anything; so the registered text would not be what is visited.
bool has_dot_segments(std::string_view path) {
  std::size_t at = 0;
  while (at <= path.size()) {
    const std::size_t end = std::min(path.find('/', at), path.size());
    const auto segment = core::percent_decode(path.substr(at, end - at));
    if (segment == "." || segment == "..") return true;
    at = end + 1;
  }
  return false;
}

bool is_port(std::string_view text) {
  return core::parse_number<std::uint16_t>(text).value_or(0) != 0;
}

// Boost.URL 1.81 reads "http://127.0.0.1.evil.com/" as host 127.0.0.1 and the rest as path. What it took for the
// authority must reach to the next delimiter of RFC 3986 §3.2.
bool is_whole_authority(std::string_view uri, const boost::urls::url_view& url) {
  if (!url.has_authority()) return true;
  const std::string_view rest = uri.substr(url.scheme().size() + std::string_view("://").size());
  return rest.substr(0, rest.find_first_of("/?#")) == std::string_view(url.encoded_authority());
}

core::Result<void> check_web(const boost::urls::url_view& url, std::string_view scheme, RedirectUriRules rules) {
  const std::string host = core::to_lower_ascii(std::string_view(url.encoded_host()));
  if (host.empty()) return wrong("names no host; write it as https://app.example.com/callback.");
  if (host.find_first_of("*%") != std::string::npos)
    return wrong("must name one host: no wildcards and no escapes in it.");
  if (host.ends_with('.')) return wrong("must not end its host with a dot.");
  if (url.has_port() && !is_port(std::string_view(url.port()))) return wrong("has no valid port.");
  if (scheme == "https") return {};
  const bool literal = host == "127.0.0.1" || host == "[::1]";
  if (literal && (rules.native || rules.allow_http_loopback)) return {};
  if (host == "localhost" && (rules.allow_http_loopback || (rules.native && rules.native_localhost))) return {};
  if (literal || host == "localhost")
    return wrong(
        "is plain http to this machine; that needs \"application_type\": \"native\" and the address 127.0.0.1 or "
        "[::1].");
  return wrong("must use https; plain http is for loopback addresses of native applications and of development only.");
}

}  // namespace

core::Result<void> check_redirect_uri(std::string_view uri, RedirectUriRules rules) {
  if (uri.empty() || uri.size() > kMaxRedirectUri) return wrong("must have 1 to 2,000 characters.");
  const auto parsed = boost::urls::parse_uri(uri);
  if (!parsed || !is_whole_authority(uri, *parsed))
    return wrong(
        "is not an absolute URI; write it as https://app.example.com/callback, other characters percent-encoded.");
  if (parsed->has_fragment()) return wrong("must not hold a fragment (#).");
  if (parsed->has_userinfo()) return wrong("must not hold a user name or password.");
  if (has_dot_segments(std::string_view(parsed->encoded_path()))) return wrong("must not hold . or .. in its path.");
  const std::string scheme = core::to_lower_ascii(std::string_view(parsed->scheme()));
  if (scheme == "https" || scheme == "http") return check_web(*parsed, scheme, rules);
  // A dot keeps out every scheme that a browser itself acts on: javascript, data, file, blob … (RFC 8252 §7.1).
  if (scheme.find('.') == std::string::npos)
    return wrong("must start with https://, or for native applications with a scheme like com.example.app:/.");
  if (!rules.native) return wrong("has a private-use scheme; that needs \"application_type\": \"native\".");
  return {};
}

}  // namespace sigma::oauth
