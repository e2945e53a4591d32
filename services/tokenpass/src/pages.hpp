#pragma once
#include <vector>

#include "sigma/http/router.hpp"

namespace sigma::tokenpass {

/// The pages for people.
std::vector<http::Route> page_routes();

}  // namespace sigma::tokenpass
