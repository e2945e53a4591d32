// The health check of containers and service managers: the image holds no shell and no curl.
#include "cli/invocation.hpp"

namespace sigma::service {
namespace {

using core::Result;

constexpr std::chrono::seconds kPatience{3};
constexpr int kOk = 200;

/// Where this machine reaches a listener: all addresses include loopback.
std::string reachable(const std::string& listen) {
  const auto colon = listen.rfind(':');
  const std::string host = listen.substr(0, colon);
  if (host == "0.0.0.0") return "127.0.0.1" + listen.substr(colon);
  if (host == "[::]") return "[::1]" + listen.substr(colon);
  return listen;
}

Result<void> ask(Invocation& run, bool live) {
  SIGMA_TRY(const Config config, run.load({.files = EmbeddedFiles::untouched}));
  http::ClientOptions options;
  options.deadline = kPatience;
  options.allow_plain_http = options.allow_private_addresses = true;
  SIGMA_TRY(const auto client, http::Client::make(std::move(options)));
  http::FetchRequest request;
  request.url = fmt::format("http://{}/health/{}", reachable(config.admin_listen), live ? "live" : "ready");
  const auto answer = run_to_end(client->fetch(request));
  client->stop();
  if (!answer) {
    return core::Error{core::Code::unavailable, fmt::format("No server answers at {}.", request.url),
                       answer.error().cause()};
  }
  auto parsed = core::parse_json(answer->body);
  const core::Json words = parsed ? std::move(*parsed) : core::Json::object();
  if (answer->status != kOk) {
    fmt::print(stderr, "{} answers {}: {}\n", request.url, answer->status,
               core::json_string(words, "detail").value_or(""));
    run.exit_code = 1;
    return {};
  }
  fmt::print("{}\n", core::json_string(words, "status").value_or(""));
  return {};
}

}  // namespace

void add_health_command(CLI::App& app, Invocation& run) {
  const auto live = std::make_shared<bool>(false);
  CLI::App* command = app.add_subcommand("health", "Ask the running server whether it is ready; exit code 0 or 1");
  command->add_flag("--live", *live, "Only whether it is alive, whatever its database says");
  command->callback([&run, live] { run.action = [&run, live] { return ask(run, *live); }; });
}

}  // namespace sigma::service
