#pragma once
#include "config.hpp"

namespace sigma::tokenpass {

/// Runs the server until SIGTERM or SIGINT; the exit code.
int serve(const Config& config);

}  // namespace sigma::tokenpass
