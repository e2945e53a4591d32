#pragma once
#include <string>
#include <string_view>

namespace sigma::bitcoin {

/// What an X-Auth-Token signs; an empty body is no body.
std::string signed_text(std::string_view path, std::string_view timestamp, std::string_view body);

}  // namespace sigma::bitcoin
