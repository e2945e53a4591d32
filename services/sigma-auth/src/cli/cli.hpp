#pragma once

namespace sigma::service {

/// The whole command line of sigma-auth. Exit code: 0, 1 for a failure, 2 for usage or configuration (interface.md).
int run_command_line(int argc, const char* const* argv, const char* const* environment);

}  // namespace sigma::service
