// migrate and doctor: what an operator runs before and when something is wrong.
#include <sys/stat.h>

#include <memory>

#include "cli/commands.hpp"
#include "sigma/oauth/keys/key_manager.hpp"

namespace sigma::service::cli {
namespace {

void print_states(const std::vector<store::MigrationState>& states) {
  for (const auto& state : states) {
    print_line(fmt::format("{:04}_{:<24} {}", state.version, state.name, state.applied_at ? to_iso8601(*state.applied_at) : "missing"));
  }
}

int with_migrator(Context& context, const std::function<int(store::Migrator&)>& command) {
  auto config = context.load();
  if (!config) {
    fail(config.error());
    return kUsage;
  }
  auto open = open_store(*config, context.clock, Schema::any);
  return open ? command(*open->migrator) : fail(open.error());
}

int migrate(store::Migrator& migrator) {
  const auto applied = migrator.migrate();
  if (!applied) return fail(applied.error());
  if (applied->empty()) print_line("The schema is up to date.");
  print_states(*applied);
  return kDone;
}

int status(store::Migrator& migrator) {
  const auto states = migrator.status();
  if (!states) return fail(states.error());
  print_states(*states);
  return kDone;
}

// One line a check; the first word says how it went.
class Report {
 public:
  void good(const std::string& what) { print_line("ok      " + what); }
  void warn(const std::string& what) { print_line("warning " + what); }
  void bad(const std::string& what) {
    print_line("FAILED  " + what);
    failed_ = true;
  }
  int exit_code() const { return failed_ ? kFailed : kDone; }

 private:
  bool failed_ = false;
};

void check_secrets(const Config& config, Report& report) {
  for (const char* name : {"secret", "admin_token"}) {
    struct stat info {};
    const std::string file = (config.data_dir / name).string();
    if (::stat(file.c_str(), &info) != 0) continue;
    if ((info.st_mode & 077) != 0) {
      report.bad(fmt::format("{} can be read by others; run chmod 600", file));
    } else {
      report.good(fmt::format("{} is readable by its owner only", file));
    }
  }
}

void check_clock(const core::Clock& clock, Report& report) {
  // No time service is asked: a clock before the program was written is the mistake that can be seen from here.
  constexpr core::UtcTime kWritten{1'795'219'200'000};  // 2026-11-21
  if (clock.now() < kWritten) {
    report.bad(fmt::format("the clock says {}, which lies before this program was made; X-Auth-Tokens would be refused", to_iso8601(clock.now())));
  } else {
    report.good(fmt::format("clock: {}", to_iso8601(clock.now())));
  }
}

int doctor(Context& context) {
  auto config = context.load({.secret = true, .admin_token = true});
  if (!config) {
    fail(config.error());
    return kUsage;
  }
  Report report;
  report.good("configuration: base URL " + config->base_url);
  const bool loopback = config->base_url.starts_with("http://localhost") || config->base_url.starts_with("http://127.0.0.1") || config->base_url.starts_with("http://[::1]");
  if (!config->base_url.starts_with("https:") && !loopback) report.warn("SIGMA_BASE_URL is plain http: cookies and tokens travel in the clear");
  check_clock(context.clock, report);
  check_secrets(*config, report);
  auto open = open_store(*config, context.clock);
  if (!open) {
    report.bad("database: " + open.error().description() + " " + open.error().cause());
    return report.exit_code();
  }
  if (const auto answered = run(open->store->maintenance.ping()); !answered) {
    report.bad("database: " + answered.error().description());
    return report.exit_code();
  }
  report.good(fmt::format("database: {} answers and its schema fits this program", open->embedded ? "SQLite" : "Postgres"));
  const auto sealer = make_sealer(*config);
  if (!sealer) {
    report.bad("secret: " + sealer.error().description());
    return report.exit_code();
  }
  oauth::KeyManager keys(open->store->keys, *sealer, context.clock, context.random);
  if (const auto loaded = run(keys.reload()); !loaded) {
    report.bad("signing keys: they cannot be opened with this SIGMA_SECRET. " + loaded.error().description());
  } else {
    report.good(fmt::format("signing keys: {} published", keys.current()->jwks().at("keys").size()));
  }
  return report.exit_code();
}

}  // namespace

void add_migrate_command(CLI::App& program, Context& context, int& exit_code) {
  CLI::App* app = program.add_subcommand("migrate", "Bring the database's schema up to date");
  app->fallthrough();
  CLI::App* status_app = app->add_subcommand("status", "Show which migrations the database has");
  status_app->fallthrough();
  app->callback([&context, &exit_code, status_app] { exit_code = with_migrator(context, status_app->parsed() ? status : migrate); });
}

void add_doctor_command(CLI::App& program, Context& context, int& exit_code) {
  CLI::App* app = program.add_subcommand("doctor", "Check configuration, clock, secrets, database and keys");
  app->fallthrough();
  app->callback([&context, &exit_code] { exit_code = doctor(context); });
}

}  // namespace sigma::service::cli
