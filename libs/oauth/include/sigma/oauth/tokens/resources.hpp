#pragma once
#include <string>
#include <vector>

#include "sigma/http/form.hpp"
#include "sigma/oauth/error.hpp"

namespace sigma::oauth {

/// The `resource` parameters of a request (RFC 8707 §2), in the spelling of `allowed`: what the operator configured, or
/// what was granted before. A lone slash at the end makes no difference, because clients cannot agree on it. Without
/// the parameter nothing. invalid_target names the resource that may not be asked for.
Result<std::vector<std::string>> requested_resources(const http::Form& form, const std::vector<std::string>& allowed);

/// The same for the token endpoint: a part of what the authorization named; if it named none, any known one. Without
/// the parameter all that was granted.
Result<std::vector<std::string>> narrowed_resources(const http::Form& form, const std::vector<std::string>& granted,
                                                    const std::vector<std::string>& known);

}  // namespace sigma::oauth
