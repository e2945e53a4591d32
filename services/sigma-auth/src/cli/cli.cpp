#include "cli/cli.hpp"

#include "cli/invocation.hpp"

namespace sigma::service {
namespace {

// Every setting is a flag of every command.
void add_setting_flags(CLI::App& app, Invocation& run) {
  for (const SettingInfo& setting : all_settings()) {
    if (!setting.flag) continue;
    const std::string key(setting.key);
    app.add_option_function<std::string>(
           flag_name(key), [&run, key](const std::string& value) { run.flags[key] = value; },
           fmt::format("{} [{}; {}]", setting.meaning, variable_name(key), setting.default_text))
        ->type_name("")
        ->group("Settings");
  }
}

void add_serve_command(CLI::App& app, Invocation& run) {
  app.add_subcommand("serve", "Run the server until SIGTERM or SIGINT")->callback([&run] {
    run.action = [&run]() -> core::Result<void> {
      SIGMA_TRY(const Config config, run.load({.secret = true, .admin_token = true}));
      run.exit_code = serve(config);
      return {};
    };
  });
}

void add_version_command(CLI::App& app, Invocation& run) {
  app.add_subcommand("version", "Print the version")->callback([&run] {
    run.action = []() -> core::Result<void> {
      fmt::print("sigma-auth {}\n", SIGMA_VERSION);
      return {};
    };
  });
}

void add_help_command(CLI::App& app, Invocation& run) {
  app.add_subcommand("help", "Print what --help prints")->callback([&app, &run] {
    run.action = [&app]() -> core::Result<void> {
      fmt::print("{}", app.get_formatter()->make_help(&app, app.get_name(), CLI::AppFormatMode::Normal));
      return {};
    };
  });
}

int usage_error(const CLI::App& app, const CLI::ParseError& error) {
  // "A subcommand is required" hides the word that was none.
  const auto unknown = app.remaining(true);
  const std::string words =
      unknown.empty() ? std::string(error.what()) : fmt::format("unknown command or option: {}", unknown.front());
  fmt::print(stderr, "sigma-auth: {}\nRun sigma-auth --help, or sigma-auth COMMAND --help.\n", words);
  return 2;
}

}  // namespace

int run_command_line(int argc, const char* const* argv, const char* const* environment) {
  Invocation run;
  run.environment = settings_of_environment(environment);
  CLI::App app("Sigma Auth: OAuth 2.0 and OpenID Connect, signed in with Bitcoin keys", "sigma-auth");
  app.require_subcommand(1);
  app.fallthrough();
  add_setting_flags(app, run);
  add_serve_command(app, run);
  add_migrate_command(app, run);
  add_client_commands(app, run);
  add_key_commands(app, run);
  add_account_commands(app, run);
  add_audit_commands(app, run);
  add_entitlement_commands(app, run);
  add_import_command(app, run);
  add_sign_command(app, run);
  add_doctor_command(app, run);
  add_health_command(app, run);
  add_version_command(app, run);
  add_help_command(app, run);
  app.set_version_flag("--version", "sigma-auth " SIGMA_VERSION);
  try {
    app.parse(argc, argv);
  } catch (const CLI::Success& help) {
    return app.exit(help);
  } catch (const CLI::ParseError& error) {
    return usage_error(app, error);
  }
  if (const auto done = run.action(); !done) return report(done.error());
  return run.exit_code;
}

}  // namespace sigma::service
