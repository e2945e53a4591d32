#pragma once
#include <vector>

#include "config.hpp"
#include "sigma/http/router.hpp"

namespace sigma::tokenpass {

/// The pages for people, at the name or address that is ours (Config::base_url); from other names they lead there.
/// `config` outlives the routes.
std::vector<http::Route> page_routes(const Config& config);

}  // namespace sigma::tokenpass
