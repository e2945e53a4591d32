// approve, revoke, auto-approve
#include "cli/invocation.hpp"
#include "cli/terminal.hpp"
#include "sigma/core/clock.hpp"

namespace sigma::tokenpass {
namespace {

using core::Json;
using core::Result;

/// Sites are kept in the wallet: it is opened for the command when no server holds it open.
Result<std::string> open_wallet(WalletPeer& peer) {
  SIGMA_TRY(std::string password, ask_secret("Password"));
  if (!peer.is_running_server()) {
    SIGMA_TRY(const Json opened, call(peer, "POST", "/api/login", {{"password", password}}));
  }
  return password;
}

Result<void> approve(const Invocation& run, const std::string& host, const std::string& scopes,
                     const std::string& duration) {
  SIGMA_TRY(const Config config, run.load());
  SIGMA_TRY(const auto peer, WalletPeer::connect(config));
  SIGMA_TRY(const std::string password, open_wallet(*peer));
  SIGMA_TRY(const Json done,
            call(*peer, "POST", "/api/approvals",
                 {{"host", host}, {"scopes", scopes}, {"duration", duration}, {"password", password}}));
  fmt::print("{} may now {} ({})\n", host, scopes, duration);
  return {};
}

Result<void> revoke(const Invocation& run, const std::string& host) {
  SIGMA_TRY(const Config config, run.load());
  SIGMA_TRY(const auto peer, WalletPeer::connect(config));
  if (!peer->is_running_server()) SIGMA_CHECK(open_wallet(*peer));
  SIGMA_TRY(const Json done, call(*peer, "DELETE", "/api/sites", {{"host", host}}));
  fmt::print("{} ended for {}\n", done.value("ended", 0), host);
  return {};
}

Result<void> approve_automatically(const Invocation& run, const std::string& scopes, const std::string& duration) {
  SIGMA_TRY(const Config config, run.load());
  SIGMA_TRY(const auto peer, WalletPeer::connect(config));
  SIGMA_TRY(const std::string password, open_wallet(*peer));
  SIGMA_TRY(const Json done, call(*peer, "POST", "/api/auto-approval",
                                  {{"scopes", scopes}, {"duration", duration}, {"password", password}}));
  fmt::print("Sites may {} without a question until {}\n", scopes,
             core::to_iso8601(core::UtcTime{done.value("until", std::int64_t{0})}));
  return {};
}

Result<void> ask_again(const Invocation& run) {
  SIGMA_TRY(const Config config, run.load());
  SIGMA_TRY(const auto peer, WalletPeer::connect(config));
  if (!peer->is_running_server()) SIGMA_CHECK(open_wallet(*peer));
  SIGMA_TRY(const Json done, call(*peer, "DELETE", "/api/auto-approval", Json::object()));
  fmt::print("Sites are asked about again; {} ended\n", done.value("ended", 0));
  return {};
}

void add_auto_approve_command(CLI::App& app, Invocation& run) {
  auto* command = app.add_subcommand("auto-approve", "Let every site have access without a question, for a while");
  auto* state = command->add_option("STATE", "on or off")->required()->check(CLI::IsMember({"on", "off"}));
  auto* scopes = command->add_option("--scopes", "What they may do: not write_profile, fund, transfer")
                     ->default_val("sign,encrypt,decrypt");
  auto* duration = command->add_option("--for", "1h, 1d, 1w or 1m")->default_val("1h");
  command->callback([=, &run] {
    run.action = [=, &run] {
      if (state->as<std::string>() == "off") return ask_again(run);
      return approve_automatically(run, scopes->as<std::string>(), duration->as<std::string>());
    };
  });
}

}  // namespace

void add_site_commands(CLI::App& app, Invocation& run) {
  auto* yes = app.add_subcommand("approve", "Let a site, or programs that name it, have access without a question");
  auto* host = yes->add_option("HOST", "example.com, localhost:3000")->required();
  auto* scopes =
      yes->add_option("--scopes", "What it may do, with commas between")->default_val("sign,encrypt,decrypt");
  auto* duration = yes->add_option("--for", "1h, 1d, 1w, 1m or forever")->default_val("forever");
  yes->callback([=, &run] {
    run.action = [=, &run] {
      return approve(run, host->as<std::string>(), scopes->as<std::string>(), duration->as<std::string>());
    };
  });
  auto* no = app.add_subcommand("revoke", "End what a site may do");
  auto* whose = no->add_option("HOST", "example.com, localhost:3000")->required();
  no->callback([=, &run] { run.action = [=, &run] { return revoke(run, whose->as<std::string>()); }; });
  add_auto_approve_command(app, run);
}

}  // namespace sigma::tokenpass
