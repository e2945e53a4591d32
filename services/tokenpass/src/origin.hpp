#pragma once
#include <optional>
#include <string>
#include <string_view>

namespace sigma::tokenpass {

/// A web origin, "http[s]://host[:port]" (RFC 6454): lower case, default port left out.
struct Origin {
  std::string text;  ///< as the browser sends it
  std::string host;  ///< "example.com", "localhost:3000": what pages call `host`

  bool operator==(const Origin& other) const { return text == other.text; }
};

/// Nothing for "null", other schemes (browser extensions), user info, a path, or a broken host.
std::optional<Origin> parse_origin(std::string_view text);
/// The origin of an http(s) URL with path and query; nothing for other schemes or user info.
std::optional<Origin> origin_of_url(std::string_view url);

/// A host as pages name it: a name or address, perhaps with a port; at most 255 bytes of UTF-8 (older versions kept
/// names as they came), no blanks, no path.
bool is_host(std::string_view text);
/// True for "localhost", "127.0.0.1" and "[::1]", with a port or without.
bool is_loopback_host(std::string_view host);

}  // namespace sigma::tokenpass
