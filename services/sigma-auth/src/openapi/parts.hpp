// What the OpenAPI documents of both listeners are made of.
#pragma once
#include <string_view>

#include "sigma/core/json.hpp"

namespace sigma::service {

inline constexpr std::string_view kJsonType = "application/json";

namespace openapi {

core::Json reference(std::string_view schema);
/// A body of one type.
core::Json content(std::string_view type, core::Json schema);
core::Json parameter(std::string_view name, std::string_view where, core::Json schema);
/// Of {name} segments: path templates are spelled as ours.
core::Json path_parameters(std::string_view path);

}  // namespace openapi
}  // namespace sigma::service
