#pragma once
#include <optional>
#include <string_view>

namespace sigma::http {

/// What stands behind `scheme` in the value of an Authorization header. The scheme compares without case; one blank or
/// more separate the two (RFC 9110 §11.4, RFC 6750 §2.1). Nothing for another scheme, and when nothing stands there.
std::optional<std::string_view> authorization_credentials(std::string_view authorization, std::string_view scheme);

}  // namespace sigma::http
