// status, export, import, passwd
#include "cli/invocation.hpp"
#include "cli/terminal.hpp"
#include "sigma/core/clock.hpp"
#include "sigma/vault/private_files.hpp"

namespace sigma::tokenpass {
namespace {

using core::Code;
using core::Error;
using core::Json;
using core::Result;

Result<void> show_status(const Invocation& run, bool as_json) {
  SIGMA_TRY(const Config config, run.load());
  SIGMA_TRY(const auto peer, WalletPeer::connect(config));
  SIGMA_TRY(const Json status, call(*peer, "GET", "/api/status", Json()));
  if (as_json) {
    fmt::print("{}\n", status.dump(2));
    return {};
  }
  const bool created = status.value("created", false), unlocked = status.value("unlocked", false);
  fmt::print("server   {}\n", peer->is_running_server() ? config.base_url() : "not running");
  fmt::print("wallet   {}\n", !created ? "none yet" : unlocked ? "unlocked" : "locked");
  if (unlocked) {
    fmt::print("identity {}\n", core::json_string(status, "bapId").value_or("–"));
    fmt::print("sites    {}\n", status.value("keys", Json::array()).size());
    SIGMA_TRY(const Json automatic, call(*peer, "GET", "/api/auto-approval", Json()));
    if (automatic.value("on", false)) {
      fmt::print("asking   not until {}: tokenpass auto-approve off\n",
                 core::to_iso8601(core::UtcTime{automatic.value("until", std::int64_t{0})}));
    }
  }
  return {};
}

Result<void> show_secrets(const Invocation& run) {
  SIGMA_TRY(const Config config, run.load());
  SIGMA_TRY(const auto peer, WalletPeer::connect(config));
  SIGMA_TRY(const std::string password, ask_secret("Password"));
  SIGMA_TRY(Json secrets, call(*peer, "POST", "/api/export", {{"password", password}}));
  secrets.erase("success");
  fmt::print("{}\n", secrets.dump(2));
  return {};
}

Result<std::string> ask_new_password() {
  SIGMA_TRY(std::string first, ask_secret("New password"));
  SIGMA_TRY(const std::string again, ask_secret("New password again"));
  if (first != again) return Error{Code::invalid_input, "The two passwords differ."};
  return first;
}

Result<void> import_file(const Invocation& run, const std::string& file) {
  constexpr std::size_t kMaxFile = 8 * 1024 * 1024;
  SIGMA_TRY(const Config config, run.load());
  SIGMA_TRY(const auto peer, WalletPeer::connect(config));
  Json request = Json::object();
  if (file == "-") {
    SIGMA_TRY(request["mnemonic"], ask_secret("The words, in one line"));
    SIGMA_TRY(request["passphrase"], ask_secret("BIP-39 passphrase (empty unless you set one)"));
  } else {
    SIGMA_TRY(request["content"], vault::read_file(file, kMaxFile));
    SIGMA_TRY(request["filePassword"], ask_secret("Password of the file"));
  }
  SIGMA_TRY(request["password"], ask_new_password());
  SIGMA_TRY(const Json done, call(*peer, "POST", "/api/import", std::move(request)));
  fmt::print("imported {}\n", core::json_string(done, "bapId").value_or(""));
  return {};
}

Result<void> change_password(const Invocation& run) {
  SIGMA_TRY(const Config config, run.load());
  SIGMA_TRY(const auto peer, WalletPeer::connect(config));
  SIGMA_TRY(const std::string current, ask_secret("Password"));
  SIGMA_TRY(const std::string next, ask_new_password());
  SIGMA_TRY(const Json done, call(*peer, "POST", "/api/password", {{"password", current}, {"newPassword", next}}));
  fmt::print("changed\n");
  return {};
}

}  // namespace

void add_wallet_commands(CLI::App& app, Invocation& run) {
  auto* status = app.add_subcommand("status", "Is there a wallet, is it unlocked, is the server running?");
  CLI::Option* as_json = status->add_flag("--json")->description("As JSON");
  status->callback(
      [&run, as_json] { run.action = [&run, as_json] { return show_status(run, as_json->count() > 0); }; });
  app.add_subcommand("export", "Print seed and words (asks for the password)")->callback([&run] {
    run.action = [&run] { return show_secrets(run); };
  });
  auto* import = app.add_subcommand("import", "Take over a wallet: .bep, seed.db, JSON, or - for words");
  auto* file = import->add_option("FILE", "The file, or - to type the words")->required();
  import->callback([&run, file] { run.action = [&run, file] { return import_file(run, file->as<std::string>()); }; });
  app.add_subcommand("passwd", "Change the password")->callback([&run] {
    run.action = [&run] { return change_password(run); };
  });
}

}  // namespace sigma::tokenpass
