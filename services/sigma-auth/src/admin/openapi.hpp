#pragma once
#include <span>

#include "admin/routes.hpp"
#include "sigma/core/json.hpp"

namespace sigma::service {

/// OpenAPI 3.1: what the table says, with the schemas of requests and answers (admin/openapi_schemas.cpp).
core::Json describe_admin_api(std::span<const AdminEntry> table);

/// JSON Schema (2020-12) by name: components.schemas of the document.
core::Json admin_schemas();

}  // namespace sigma::service
