#include "cli/cli.hpp"

#include "cli/invocation.hpp"
#include "serve.hpp"

namespace sigma::tokenpass {
namespace {

using core::Result;

Environment environment_of(const char* const* variables) {
  Environment environment;
  for (; *variables != nullptr; ++variables) {
    const std::string_view variable = *variables;
    const auto equals = variable.find('=');
    if (equals != std::string_view::npos) environment.emplace(variable.substr(0, equals), variable.substr(equals + 1));
  }
  return environment;
}

std::string settings_text() {
  std::string text = "Settings (environment variables):\n";
  for (const SettingInfo& setting : all_settings()) {
    text += fmt::format("  {:<27} {} [{}]\n", setting.variable, setting.meaning, setting.default_text);
  }
  return text;
}

void add_serve_command(CLI::App& app, Invocation& run) {
  app.add_subcommand("serve", "Run the server until SIGTERM or SIGINT")->callback([&run] {
    run.action = [&run]() -> Result<void> {
      SIGMA_TRY(const Config config, run.load());
      run.exit_code = serve(config);
      return {};
    };
  });
}

void add_version_command(CLI::App& app, Invocation& run) {
  app.add_subcommand("version", "Print the version")->callback([&run] {
    run.action = []() -> Result<void> {
      fmt::print("tokenpass {}\n", SIGMA_VERSION);
      return {};
    };
  });
}

int report(const core::Error& error) {
  fmt::print(stderr, "tokenpass: {}\n", error.description());
  return error.code() == core::Code::invalid_input ? 2 : 1;
}

}  // namespace

Result<core::Json> call(WalletPeer& peer, std::string_view method, std::string path, core::Json body) {
  SIGMA_TRY(WalletPeer::Reply reply, peer.call(method, std::move(path), std::move(body)));
  if (reply.status < 300) return std::move(reply.body);
  return core::Error{core::Code::unavailable,
                     core::json_string(reply.body, "error").value_or(fmt::format("status {}", reply.status))};
}

int run_command_line(int argc, const char* const* argv, const char* const* environment) {
  Invocation run;
  run.environment = environment_of(environment);
  CLI::App app("TokenPass: your own identity server, on this machine only", "tokenpass");
  app.require_subcommand(1);
  app.footer(settings_text());
  add_serve_command(app, run);
  add_wallet_commands(app, run);
  add_site_commands(app, run);
  add_doctor_command(app, run);
  add_version_command(app, run);
  try {
    app.parse(argc, argv);
  } catch (const CLI::Success& help) {
    return app.exit(help);
  } catch (const CLI::ParseError& error) {
    fmt::print(stderr, "tokenpass: {}\nRun tokenpass --help, or tokenpass COMMAND --help.\n", error.what());
    return 2;
  }
  if (const auto done = run.action(); !done) return report(done.error());
  return run.exit_code;
}

}  // namespace sigma::tokenpass
