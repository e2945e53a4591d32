#pragma once
#include <boost/url/parse.hpp>
#include <string>
#include <string_view>

#include "sigma/core/encoding.hpp"

namespace sigma::oauth {

/// The host of a URI in lower case; empty when it is no URI or has none.
inline std::string host_of(std::string_view uri) {
  const auto parsed = boost::urls::parse_uri(uri);
  return parsed ? core::to_lower_ascii(std::string_view(parsed->encoded_host())) : "";
}

}  // namespace sigma::oauth
