#pragma once
#include "sigma/core/result.hpp"

namespace sigma::http {

/// invalid_input 400, unauthorized 401, forbidden 403, not_found 404, conflict 409, unavailable, overloaded and
/// deadline 503, internal 500 (RFC 9110 §15).
int status_of(core::Code code);

}  // namespace sigma::http
