#pragma once
#include <set>
#include <string>

#include "sigma/http/form.hpp"
#include "sigma/oauth/error.hpp"

namespace sigma::oauth {

/// RFC 6749 §3.1, §3.2: every parameter at most once, but those in `may_repeat`. invalid_request names the other.
Result<void> each_once(const http::Form& form, const std::set<std::string, std::less<>>& may_repeat = {});

}  // namespace sigma::oauth
