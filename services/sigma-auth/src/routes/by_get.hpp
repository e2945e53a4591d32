#pragma once
#include <optional>
#include <string_view>

#include "sigma/http/form.hpp"
#include "sigma/http/message.hpp"

namespace sigma::service {

/// The answer to a form that another site posted: SameSite=Lax keeps the session cookie out of it, and it comes along
/// when the browser asks again by GET. 303 to `path` with the parameters; nothing when they do not surely fit into a
/// request line.
std::optional<http::Response> ask_again_by_get(std::string_view path, const http::Form& parameters);

}  // namespace sigma::service
