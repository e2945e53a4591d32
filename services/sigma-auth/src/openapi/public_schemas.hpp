// What the public listener takes and answers, as JSON Schema, in two parts.
#pragma once
#include "sigma/core/json.hpp"

namespace sigma::service::openapi {

core::Json person_schemas();
core::Json protocol_schemas();

}  // namespace sigma::service::openapi
