#pragma once
#include <vector>

#include "sigma/http/router.hpp"

namespace sigma::service {

/// The pages that people see and the files they load; all of them are embedded in the program.
std::vector<http::Route> page_routes();

}  // namespace sigma::service
