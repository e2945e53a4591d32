#pragma once
#include <string>
#include <string_view>

#include "sigma/core/result.hpp"

namespace sigma::http {

/// A URL, taken apart for a request.
struct Destination {
  bool tls = true;
  std::string host;  ///< lower case, IPv6 literals without brackets
  std::string port;
  std::string authority;  ///< for the Host field
  std::string target;     ///< path and query

  std::string origin() const { return (tls ? "https://" : "http://") + authority; }
};

/// Code::invalid_input for anything but a plain http(s) URL: no user information, no escapes in the host.
core::Result<Destination> parse_url(std::string_view url);

}  // namespace sigma::http
