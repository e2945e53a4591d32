#include "sigma/http/authorization.hpp"

#include "sigma/core/encoding.hpp"

namespace sigma::http {

std::optional<std::string_view> authorization_credentials(std::string_view authorization, std::string_view scheme) {
  const auto end = authorization.find(' ');
  if (end == std::string_view::npos) return std::nullopt;
  if (core::to_lower_ascii(authorization.substr(0, end)) != core::to_lower_ascii(scheme)) return std::nullopt;
  const auto begin = authorization.find_first_not_of(' ', end);
  if (begin == std::string_view::npos) return std::nullopt;
  return authorization.substr(begin);
}

}  // namespace sigma::http
