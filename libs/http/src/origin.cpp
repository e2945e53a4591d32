#include "sigma/http/origin.hpp"

#include <algorithm>
#include <boost/url/parse.hpp>
#include <boost/url/url_view.hpp>

#include "address.hpp"
#include "sigma/core/encoding.hpp"
#include "sigma/core/number.hpp"

namespace sigma::http {
namespace {

core::Error bad_url() {
  return {core::Code::invalid_input, "That is not an address of the form https://host[:port]/path."};
}

bool is_host_name(std::string_view host) {
  constexpr std::size_t kLongest = 253;
  return !host.empty() && host.size() <= kLongest && std::all_of(host.begin(), host.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '.' || c == '_';
  });
}

/// host[:port] without user information; an empty port is the usual one (RFC 3986 §3.2.3).
bool read_authority(std::string_view text, Destination& destination) {
  const auto bracket = text.starts_with('[') ? text.find(']') : 0;
  if (bracket == std::string_view::npos) return false;
  const auto colon = text.find(':', bracket);
  const std::string host = core::to_lower_ascii(text.substr(0, colon));
  destination.authority = destination.host = host;
  if (host.starts_with('[')) {
    if (!host.ends_with(']')) return false;
    destination.host = host.substr(1, host.size() - 2);
    if (!parse_address(destination.host)) return false;
  } else if (!is_host_name(host)) {
    return false;
  }
  const std::string usual = destination.tls ? "443" : "80";
  destination.port = usual;
  if (colon != std::string_view::npos && colon + 1 < text.size()) {
    const auto number = core::parse_number<std::uint16_t>(text.substr(colon + 1));
    if (number.value_or(0) == 0) return false;
    destination.port = std::to_string(*number);
  }
  if (destination.port != usual) destination.authority += ":" + destination.port;
  return true;
}

}  // namespace

core::Result<Destination> parse_url(std::string_view text) {
  // Boost.URL 1.81 takes "1.2.3.4.evil.com" for the host 1.2.3.4 and a path: the authority is taken apart here.
  constexpr std::string_view kAuthorityMark = "://";
  const auto mark = text.find(kAuthorityMark);
  if (mark == std::string_view::npos) return bad_url();
  Destination destination;
  const std::string scheme = core::to_lower_ascii(text.substr(0, mark));
  if (scheme != "https" && scheme != "http") return bad_url();
  destination.tls = scheme == "https";
  text.remove_prefix(mark + kAuthorityMark.size());
  const auto authority = text.substr(0, text.find_first_of("/?#"));
  text.remove_prefix(authority.size());
  if (!read_authority(authority, destination)) return bad_url();

  const std::string rest = "https://host" + std::string(text);
  const auto parsed = boost::urls::parse_uri(rest);
  if (!parsed) return bad_url();
  const auto path = parsed->encoded_path();
  destination.target.assign(path.data(), path.size());
  if (destination.target.empty()) destination.target = "/";
  if (parsed->has_query()) {
    const auto query = parsed->encoded_query();
    destination.target.append("?").append(query.data(), query.size());
  }
  return destination;
}

}  // namespace sigma::http
