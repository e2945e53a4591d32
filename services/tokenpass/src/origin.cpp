#include "origin.hpp"

#include <boost/url/parse.hpp>
#include <boost/url/url_view.hpp>

#include "sigma/core/encoding.hpp"

namespace sigma::tokenpass {
namespace {

std::optional<Origin> origin_of(const boost::urls::url_view& url) {
  const bool https = url.scheme_id() == boost::urls::scheme::https;
  if ((!https && url.scheme_id() != boost::urls::scheme::http) || url.has_userinfo()) return std::nullopt;
  Origin origin;
  origin.host = core::to_lower_ascii(std::string_view(url.encoded_host()));
  const std::string_view port = url.port();
  if (!port.empty() && port != (https ? "443" : "80")) origin.host += fmt::format(":{}", port);
  if (!is_host(origin.host)) return std::nullopt;
  origin.text = (https ? "https://" : "http://") + origin.host;
  return origin;
}

}  // namespace

bool is_host(std::string_view text) {
  constexpr std::size_t kMaxHost = 255;
  constexpr std::string_view kForeign = "/\\?#@<>\"'`{}|^%";
  return !text.empty() && text.size() <= kMaxHost && core::is_utf8(text) && std::ranges::all_of(text, [&](char c) {
    return static_cast<unsigned char>(c) > ' ' && c != 0x7f && kForeign.find(c) == std::string_view::npos;
  });
}

bool is_loopback_host(std::string_view host) {
  const std::string_view bare =
      host.starts_with('[') ? host.substr(0, host.find(']') + 1) : host.substr(0, host.find(':'));
  return bare == "localhost" || bare == "127.0.0.1" || bare == "[::1]";
}

std::optional<Origin> parse_origin(std::string_view text) {
  const auto url = boost::urls::parse_uri(text);
  if (!url || !url->encoded_path().empty() || url->has_query() || url->has_fragment()) return std::nullopt;
  return origin_of(*url);
}

std::optional<Origin> origin_of_url(std::string_view text) {
  const auto url = boost::urls::parse_uri(text);
  return url ? origin_of(*url) : std::nullopt;
}

}  // namespace sigma::tokenpass
