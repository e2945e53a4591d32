#include "origin.hpp"

#include <algorithm>
#include <boost/url/parse.hpp>
#include <boost/url/url_view.hpp>

#include "address.hpp"
#include "sigma/core/encoding.hpp"

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

}  // namespace

core::Result<Destination> parse_url(std::string_view text) {
  const auto parsed = boost::urls::parse_uri(text);
  if (!parsed || !parsed->has_authority() || parsed->has_userinfo()) return bad_url();
  Destination destination;
  const std::string scheme = core::to_lower_ascii(std::string_view(parsed->scheme().data(), parsed->scheme().size()));
  if (scheme != "https" && scheme != "http") return bad_url();
  destination.tls = scheme == "https";

  const auto encoded = parsed->encoded_host();
  destination.host = core::to_lower_ascii(std::string_view(encoded.data(), encoded.size()));
  destination.authority = destination.host;
  if (destination.host.starts_with('[')) {
    destination.host = destination.host.substr(1, destination.host.size() - 2);
    if (!parse_address(destination.host)) return bad_url();
  } else if (!is_host_name(destination.host)) {
    return bad_url();
  }
  const std::string usual = destination.tls ? "443" : "80";
  destination.port = usual;
  if (parsed->has_port() && !parsed->port().empty()) {
    if (parsed->port_number() == 0) return bad_url();  // also what does not fit
    destination.port = std::to_string(parsed->port_number());
  }
  if (destination.port != usual) destination.authority += ":" + destination.port;

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
