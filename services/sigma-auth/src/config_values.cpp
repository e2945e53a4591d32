#include "config_values.hpp"

#include <boost/asio/ip/address.hpp>
#include <boost/asio/ip/network_v4.hpp>
#include <boost/asio/ip/network_v6.hpp>
#include <boost/url/parse.hpp>
#include <boost/url/url_view.hpp>

#include "sigma/core/encoding.hpp"
#include "sigma/core/number.hpp"

namespace sigma::service {
namespace {

namespace ip = boost::asio::ip;

core::Error wrong(std::string description) {
  return {core::Code::invalid_input, std::move(description)};
}

core::Result<boost::urls::url_view> parse_web_url(std::string_view text) {
  const auto url = boost::urls::parse_uri(text);
  if (!url) return wrong("is not a URL");
  if (url->scheme_id() != boost::urls::scheme::http && url->scheme_id() != boost::urls::scheme::https) {
    return wrong("must start with http:// or https://");
  }
  if (url->host().empty()) return wrong("names no host");
  if (url->has_userinfo()) return wrong("must not hold a user name or password");
  if (url->has_fragment()) return wrong("must not hold a fragment (#)");
  if (url->has_port() && !core::parse_number<std::uint16_t>(std::string_view(url->port())))
    return wrong("has no valid port");
  return *url;
}

std::string origin_of(const boost::urls::url_view& url) {
  const bool https = url.scheme_id() == boost::urls::scheme::https;
  std::string origin = (https ? "https://" : "http://") + core::to_lower_ascii(std::string_view(url.encoded_host()));
  const std::string_view port = url.port();
  if (!port.empty() && port != (https ? "443" : "80")) origin += fmt::format(":{}", port);
  return origin;
}

}  // namespace

core::Result<std::string> parse_origin(std::string_view text) {
  SIGMA_TRY(const auto url, parse_web_url(text));
  const std::string_view path = url.encoded_path();
  if ((!path.empty() && path != "/") || url.has_query()) return wrong("must end after host and port, without a path");
  return origin_of(url);
}

core::Result<std::string> parse_http_url(std::string_view text) {
  SIGMA_TRY(const auto url, parse_web_url(text));
  if (url.has_query()) return wrong("must not hold a query (?)");
  std::string path(std::string_view(url.encoded_path()));
  if (path.ends_with('/')) path.pop_back();
  return origin_of(url) + path;
}

core::Result<std::string> parse_listen(std::string_view text) {
  const auto colon = text.rfind(':');
  if (colon == std::string_view::npos || !core::parse_number<std::uint16_t>(text.substr(colon + 1))) {
    return wrong("is not an address and a port");
  }
  std::string_view host = text.substr(0, colon);
  const bool bracketed = host.size() > 2 && host.starts_with('[') && host.ends_with(']');
  if (bracketed) host = host.substr(1, host.size() - 2);
  boost::system::error_code error;
  const auto address = ip::make_address(std::string(host), error);
  if (error || address.is_v6() != bracketed) {
    return wrong("needs an address literal (IPv6 in brackets), not a name");
  }
  return std::string(text);
}

bool is_loopback_listen(std::string_view listen) {
  return listen.starts_with("127.") || listen.starts_with("[::1]");
}

bool is_loopback_origin(std::string_view origin) {
  std::string_view host = origin.substr(std::min(origin.size(), origin.find("://") + 3));
  const auto port = host.rfind(':');
  if (port != std::string_view::npos && !host.ends_with(']')) host = host.substr(0, port);
  return host == "localhost" || host == "127.0.0.1" || host == "[::1]";
}

std::vector<std::string> own_origins(const std::string& base_url) {
  std::vector<std::string> origins{base_url};
  if (!is_loopback_origin(base_url)) return origins;
  const auto host = base_url.find("://") + 3;
  const auto port = base_url.find_last_of(":]");  // a ']' ends the address: no port follows
  const bool has_port = port != std::string::npos && port > host && base_url[port] == ':';
  for (const char* name : {"localhost", "127.0.0.1", "[::1]"}) {
    std::string origin = base_url.substr(0, host) + name + (has_port ? base_url.substr(port) : "");
    if (origin != base_url) origins.push_back(std::move(origin));
  }
  return origins;
}

bool is_own_origin(const std::string& base_url, std::string_view origin) {
  const auto own = own_origins(base_url);
  return std::ranges::find(own, origin) != own.end();
}

core::Result<std::string> parse_cidr(std::string_view text) {
  boost::system::error_code error;
  if (text.find('/') == std::string_view::npos) {
    ip::make_address(std::string(text), error);
  } else if (text.find(':') == std::string_view::npos) {
    ip::make_network_v4(std::string(text), error);
  } else {
    ip::make_network_v6(std::string(text), error);
  }
  if (error) return wrong(fmt::format("holds '{}', which is no network", text));
  return std::string(text);
}

core::Result<std::chrono::milliseconds> parse_duration(std::string_view text) {
  const auto digits = std::min(text.find_first_not_of("0123456789"), text.size());
  const auto number = core::parse_number<std::int64_t>(text.substr(0, digits));
  static constexpr std::pair<std::string_view, std::int64_t> kUnits[] = {
      {"", 1'000}, {"ms", 1}, {"s", 1'000}, {"m", 60'000}, {"h", 3'600'000}, {"d", 86'400'000}};
  constexpr std::int64_t kMost = 3'653LL * 86'400'000;
  for (const auto& [unit, factor] : kUnits) {
    if (!number || text.substr(digits) != unit) continue;
    if (*number > kMost / factor) return wrong("is longer than ten years");
    return std::chrono::milliseconds(*number * factor);
  }
  return wrong("is not a duration (a number with ms, s, m, h or d)");
}

core::Result<std::size_t> parse_size(std::string_view text, std::size_t min, std::size_t max) {
  std::size_t factor = 1;
  std::string_view digits = text;
  if (text.ends_with('k')) factor = 1'024;
  if (text.ends_with('m')) factor = 1'024 * 1'024;
  if (factor > 1) digits.remove_suffix(1);
  const auto number = core::parse_number<std::size_t>(digits);
  if (!number) return wrong("is not a number");
  if (*number > max / factor || *number * factor < min) return wrong(fmt::format("must be from {} to {}", min, max));
  return *number * factor;
}

core::Result<bool> parse_switch(std::string_view text) {
  if (text == "on" || text == "true" || text == "1") return true;
  if (text == "off" || text == "false" || text == "0") return false;
  return wrong("is neither on nor off");
}

std::vector<std::string> split_list(std::string_view text) {
  std::vector<std::string> parts;
  std::size_t at = 0;
  while (at < text.size()) {
    const auto end = std::min(text.find_first_of(", \t\r\n", at), text.size());
    if (end > at) parts.emplace_back(text.substr(at, end - at));
    at = end + 1;
  }
  return parts;
}

}  // namespace sigma::service
