#pragma once
#include "app.hpp"
#include "sigma/http/router.hpp"

namespace sigma::tokenpass {

/// What applications call of the provider; nothing when the app has none. What our own page calls is in api/routes.cpp.
std::vector<http::Route> provider_routes(App& app);

/// True for the paths above: their errors are OAuth's, not the TokenPass profile's.
bool is_oauth(const http::Request& request);

}  // namespace sigma::tokenpass
