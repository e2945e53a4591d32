// approve, revoke
#include "cli/invocation.hpp"
#include "cli/terminal.hpp"

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
}

}  // namespace sigma::tokenpass
