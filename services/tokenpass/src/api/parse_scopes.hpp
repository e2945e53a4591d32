#pragma once
#include "api/call.hpp"

namespace sigma::tokenpass {

/// "scopes" as a comma-separated string or an array of strings; unknown names are ignored, none is an empty list. 400
/// for other types.
Outcome<Scopes> parse_scopes(const core::Json& body);

}  // namespace sigma::tokenpass
