#pragma once

namespace sigma::tokenpass {

/// Exit codes: 0, 1 failure, 2 usage or configuration.
int run_command_line(int argc, const char* const* argv, const char* const* environment);

}  // namespace sigma::tokenpass
