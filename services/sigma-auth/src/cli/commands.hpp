// Each adds one command (with its own subcommands) to the program. The command's function stores the exit code.
#pragma once
#include <CLI/CLI.hpp>

#include "cli/context.hpp"

namespace sigma::service::cli {

void add_client_commands(CLI::App& program, Context& context, int& exit_code);
void add_key_commands(CLI::App& program, Context& context, int& exit_code);
void add_sign_command(CLI::App& program, Context& context, int& exit_code);
void add_migrate_command(CLI::App& program, Context& context, int& exit_code);
void add_doctor_command(CLI::App& program, Context& context, int& exit_code);

/// The whole program: parses, runs one command, returns its exit code.
int main(int argc, const char* const* argv, const char* const* environment);

}  // namespace sigma::service::cli
