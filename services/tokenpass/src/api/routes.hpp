#pragma once
#include <vector>

#include "app.hpp"
#include "sigma/http/router.hpp"

namespace sigma::tokenpass {

/// Every path of the server: the truth for router, access rules and documentation.
std::vector<http::Route> all_routes(App& app);

/// True for what programs call, under /api/ or the paths of 2023 without it; false for pages.
bool is_api(const http::Request& request);

}  // namespace sigma::tokenpass
