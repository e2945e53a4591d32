// The public listener's calls as an OpenAPI document.
#pragma once
#include <span>

#include "sigma/core/json.hpp"
#include "sigma/http/router.hpp"

namespace sigma::service {

inline constexpr const char* kOpenApiPath = "/api/auth/openapi.json";

/// What each call takes and answers, by "METHOD path"; the form is described beside the table.
core::Json public_operations();

/// OpenAPI 3.1 of these routes: what the table of routes says, with what public_operations() says of them.
core::Json describe_public_api(std::span<const http::Route> routes, const std::string& base_url);

}  // namespace sigma::service
