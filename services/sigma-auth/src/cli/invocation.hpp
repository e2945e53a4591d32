// What commands share: configuration, time, randomness, the store, and how they speak.
#pragma once
#include <functional>
#include <string>

#include <CLI/CLI.hpp>

#include "config.hpp"
#include "sigma/core/clock.hpp"
#include "sigma/core/json.hpp"
#include "sigma/core/run.hpp"
#include "sigma/crypto/random.hpp"
#include "sigma/oauth/audit/audit.hpp"
#include "wiring.hpp"

namespace sigma::service {

/// One run of the program. A subcommand's callback sets `action`; it runs after parsing.
struct Invocation {
  Settings flags;
  Settings environment;
  core::SystemClock clock;
  crypto::SystemRandom random;
  std::function<core::Result<void>()> action;
  int exit_code = 0;  ///< of an action that succeeded: serve and doctor set it

  core::Result<Config> load(Needs needs = {}) { return load_config(flags, environment, needs, random); }
};

using core::run_to_end;

/// Opens the store of the configuration, which must be there, for the time of `work`.
core::Result<void> with_store(Invocation& run, const std::function<core::Result<void>(store::Store&)>& work);
core::Result<void> with_database(Invocation& run, const std::function<core::Result<void>(const OpenStore&)>& work);

/// What a command that changes something works with.
struct AuditedStore {
  const Config& config;
  const crypto::Sealer& sealer;
  store::Database& database;
  store::Store& store;
  oauth::Audit& audit;
};
/// The same for such a command. What `work` tells the audit log becomes a stream of its own, opened for `command`.
/// `files`: EmbeddedFiles::made for what may be the first command of an installation.
core::Result<void> with_audit(Invocation& run, std::string command,
                              const std::function<core::Result<void>(const AuditedStore&)>& work,
                              EmbeddedFiles files = EmbeddedFiles::required);
/// An event of which a command is the actor.
oauth::AuditEvent command_event(oauth::AuditType type);

/// Indented, on standard output.
void print_json(const core::Json& json);
/// Says on standard error what went wrong; the exit code for it.
int report(const core::Error& error);

void add_client_commands(CLI::App& app, Invocation& run);
void add_key_commands(CLI::App& app, Invocation& run);
void add_account_commands(CLI::App& app, Invocation& run);
void add_audit_commands(CLI::App& app, Invocation& run);
void add_entitlement_commands(CLI::App& app, Invocation& run);
void add_import_command(CLI::App& app, Invocation& run);
void add_sign_command(CLI::App& app, Invocation& run);
void add_migrate_command(CLI::App& app, Invocation& run);
void add_doctor_command(CLI::App& app, Invocation& run);
void add_health_command(CLI::App& app, Invocation& run);

}  // namespace sigma::service
