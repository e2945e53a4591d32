#pragma once
#include <CLI/CLI.hpp>
#include <functional>

#include "cli/wallet_peer.hpp"
#include "config.hpp"

namespace sigma::tokenpass {

/// One run of the program. A subcommand's callback sets `action`; it runs after parsing.
struct Invocation {
  Environment environment;
  std::function<core::Result<void>()> action;
  int exit_code = 0;

  core::Result<Config> load() const { return load_config(environment); }
};

void add_wallet_commands(CLI::App& app, Invocation& run);
void add_site_commands(CLI::App& app, Invocation& run);
void add_doctor_command(CLI::App& app, Invocation& run);

/// The answer's body, or its error text as Code::unavailable.
core::Result<core::Json> call(WalletPeer& peer, std::string_view method, std::string path, core::Json body);

}  // namespace sigma::tokenpass
