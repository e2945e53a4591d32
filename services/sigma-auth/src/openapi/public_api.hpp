// The public listener's calls as an OpenAPI document.
#pragma once
#include <span>
#include <string>

#include "routes.hpp"
#include "sigma/core/json.hpp"

namespace sigma::service {

/// OpenAPI 3.1: what the table of routes says, with what each endpoint says of itself.
core::Json describe_public_api(std::span<const PublicCall> calls, const std::string& base_url);

/// JSON Schemas by name, of what more than one file of routes/ takes or answers.
core::Json shared_schemas();

}  // namespace sigma::service
