#pragma once
#include <string>
#include <string_view>

#include "sigma/core/result.hpp"

namespace sigma::tokenpass {

/// Asks on the terminal without showing what is typed; without a terminal, the next line of standard input.
core::Result<std::string> ask_secret(std::string_view question);
/// A question whose answer may be seen; empty is an answer.
core::Result<std::string> ask(std::string_view question);

}  // namespace sigma::tokenpass
