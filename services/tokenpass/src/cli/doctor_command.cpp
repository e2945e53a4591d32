// Checks what validation of the settings cannot: the folder, files, memory, the port.
#include "cli/invocation.hpp"
#include "sigma/core/checkup.hpp"
#include "sigma/core/clock.hpp"
#include "sigma/vault/locked_bytes.hpp"
#include "wallet/wallet_folder.hpp"

namespace sigma::tokenpass {
namespace {

using core::Checkup;
using core::Result;
using Verdict = Checkup::Verdict;

constexpr std::uint64_t kLeastDisk = 10 * 1024 * 1024;

void check_memory(Checkup& report) {
  const bool locks = vault::memory_can_be_locked();
  report.add(locks ? Verdict::ok : Verdict::warning, "memory",
             locks ? "secrets can be kept from swap"
                   : "memory cannot be locked (ulimit -l): secrets of an open wallet may be swapped to the disk");
}

void check_wallet(Checkup& report, WalletPeer& peer, const WalletFolder& folder) {
  const auto status = call(peer, "GET", "/api/status", core::Json());
  if (!status) return report.add(Verdict::failure, "wallet", status.error().description());
  const bool created = status->value("created", false);
  const auto older = folder.older_wallet();
  if (!created) return report.add(Verdict::warning, "wallet", "none yet; open the page to make one");
  report.add(Verdict::ok, "wallet", status->value("unlocked", false) ? "unlocked" : "locked");
  const bool ours = std::ranges::any_of(folder.list(), &WalletFolder::is_vault);
  if (older && !ours) {
    report.add(Verdict::ok, "older wallet",
               fmt::format("{} is taken over at the next login; the file stays as it is", folder.display(*older)));
  }
}

void check_asking(Checkup& report, WalletPeer& peer) {
  const auto automatic = call(peer, "GET", "/api/auto-approval", core::Json());
  if (!automatic || !automatic->value("on", false)) return;  // locked: nothing is given to anybody
  report.add(Verdict::warning, "questions",
             fmt::format("sites get access without one until {}; run: tokenpass auto-approve off",
                         core::to_iso8601(core::UtcTime{automatic->value("until", std::int64_t{0})})));
}

Result<void> diagnose(Invocation& run) {
  SIGMA_TRY(const Config config, run.load());
  Checkup report;
  report.add(Verdict::ok, "settings", "every setting can be used");
  const auto peer = WalletPeer::connect(config);
  if (!peer) {
    report.add(Verdict::failure, "server", peer.error().description());
  } else {
    report.add(Verdict::ok, "server", (*peer)->is_running_server() ? config.base_url() : "not running");
    check_wallet(report, **peer, WalletFolder(config.folder));
    check_asking(report, **peer);
  }
  report.check_private(config.folder);
  for (const std::string& name : WalletFolder(config.folder).list()) {
    if (WalletFolder::is_vault(name)) report.check_private(config.folder / name);
  }
  report.check_disk(config.folder, kLeastDisk);
  check_memory(report);
  run.exit_code = report.failed() ? 1 : 0;
  return {};
}

}  // namespace

void add_doctor_command(CLI::App& app, Invocation& run) {
  app.add_subcommand("doctor", "Check settings, folder, memory and the running server")->callback([&run] {
    run.action = [&run] { return diagnose(run); };
  });
}

}  // namespace sigma::tokenpass
