#include "cli/invocation.hpp"

namespace sigma::service {
namespace {

using core::Result;

void print_state(const store::MigrationState& state) {
  fmt::print("{:04}_{:<32} {}\n", state.version, state.name,
             state.applied_at ? core::to_iso8601(*state.applied_at) : "missing");
}

Result<void> migrate(Invocation& run) {
  SIGMA_TRY(const Config config, run.load());
  SIGMA_TRY(const OpenStore open, open_store(config, run.clock, Schema::any));
  SIGMA_TRY(const auto applied, open.migrator->migrate());
  for (const auto& state : applied) print_state(state);
  if (applied.empty()) fmt::print("The database is up to date.\n");
  return {};
}

Result<void> print_status(Invocation& run, bool as_json) {
  SIGMA_TRY(const Config config, run.load({.files = EmbeddedFiles::required}));
  SIGMA_TRY(const OpenStore open, open_store(config, run.clock, Schema::any));
  SIGMA_TRY(const auto states, open.migrator->status());
  core::Json all = core::Json::array();
  for (const auto& state : states) {
    if (!as_json) print_state(state);
    all.push_back({{"version", state.version},
                   {"name", state.name},
                   {"applied_at", state.applied_at ? core::Json(core::to_iso8601(*state.applied_at)) : core::Json()}});
  }
  if (as_json) print_json(all);
  return {};
}

}  // namespace

void add_migrate_command(CLI::App& app, Invocation& run) {
  CLI::App* command = app.add_subcommand("migrate", "Bring the database to this program's schema");
  command->callback([&run, command] {
    if (command->get_subcommands().empty()) run.action = [&run] { return migrate(run); };
  });
  const auto as_json = std::make_shared<bool>(false);
  CLI::App* status = command->add_subcommand("status", "Which migrations the database has");
  status->add_flag("--json", *as_json, "As a JSON array");
  status->callback([&run, as_json] { run.action = [&run, as_json] { return print_status(run, *as_json); }; });
}

}  // namespace sigma::service
