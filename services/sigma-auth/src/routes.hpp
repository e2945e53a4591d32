#pragma once
#include <vector>

#include "app.hpp"
#include "sigma/http/router.hpp"

namespace sigma::service {

/// Every path of the public listener: the truth for router, metrics, CORS, limits and documentation. `body_limit`:
/// bytes.
std::vector<http::Route> public_routes(App& app, std::size_t body_limit);

}  // namespace sigma::service
