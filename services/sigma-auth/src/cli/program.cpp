#include <cstdio>

#include "cli/commands.hpp"

namespace sigma::service::cli {
namespace {

// Every setting that may be seen by everybody on the machine is a flag of every command.
void add_setting_flags(CLI::App& program, Context& context) {
  for (const SettingInfo& setting : all_settings()) {
    if (!setting.flag) continue;
    const std::string key(setting.key);
    program
        .add_option_function<std::string>(
            flag_name(setting.key), [&context, key](const std::string& text) { context.flags[key] = text; },
            fmt::format("{} [{}; default: {}]", setting.meaning, variable_name(setting.key), setting.default_text))
        ->group("Settings");
  }
}

}  // namespace

int main(int argc, const char* const* argv, const char* const* environment) {
  Context context;
  context.environment = settings_of_environment(environment);
  int exit_code = kDone;

  CLI::App program{"Sigma Auth: an OAuth 2.0 / OpenID Connect provider where people sign in with Bitcoin keys.", "sigma-auth"};
  program.require_subcommand(1);
  program.fallthrough();
  add_setting_flags(program, context);
  program.add_subcommand("serve", "Run the server")->callback([&] {
    auto config = context.load({.secret = true, .admin_token = true});
    if (!config) {
      fail(config.error());
      exit_code = kUsage;
      return;
    }
    exit_code = serve(*config);
  });
  add_migrate_command(program, context, exit_code);
  add_client_commands(program, context, exit_code);
  add_key_commands(program, context, exit_code);
  add_sign_command(program, context, exit_code);
  add_doctor_command(program, context, exit_code);
  program.add_subcommand("version", "Print the version")->callback([] { print_line("sigma-auth " SIGMA_VERSION); });

  try {
    program.parse(argc, argv);
  } catch (const CLI::CallForHelp&) {
    print_line(program.help());
  } catch (const CLI::CallForAllHelp&) {
    print_line(program.help("", CLI::AppFormatMode::All));
  } catch (const CLI::ParseError& error) {
    std::fprintf(stderr, "sigma-auth: %s\nRun with --help for more.\n", error.what());
    return kUsage;
  }
  return exit_code;
}

}  // namespace sigma::service::cli
