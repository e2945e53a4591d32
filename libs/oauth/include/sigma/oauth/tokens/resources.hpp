#pragma once
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "sigma/http/form.hpp"
#include "sigma/oauth/error.hpp"

namespace sigma::oauth {

/// The `resource` parameters of a request (RFC 8707 §2), in the spelling of `allowed`: what the operator configured, or
/// what was granted before. A lone slash at the end makes no difference, because clients cannot agree on it. Without
/// the parameter nothing. invalid_target names what may be asked for instead. `names`: of the parameters that name
/// resources; a token exchange has `audience` as well (RFC 8693 §2.1).
inline constexpr std::string_view kResource[] = {"resource"};
inline constexpr std::string_view kResourceOrAudience[] = {"resource", "audience"};
Result<std::vector<std::string>> requested_resources(const http::Form& form, const std::vector<std::string>& allowed,
                                                     std::span<const std::string_view> names = kResource);

/// The same for the token endpoint: a part of what the authorization named; if it named none, any known one. Without
/// the parameter all that was granted.
Result<std::vector<std::string>> narrowed_resources(const http::Form& form, const std::vector<std::string>& granted,
                                                    const std::vector<std::string>& known);

}  // namespace sigma::oauth
