// Checks what validation of the settings cannot: the folder, files, memory, the port.
#include <sys/stat.h>
#include <sys/statvfs.h>

#include "cli/invocation.hpp"
#include "sigma/vault/locked_bytes.hpp"
#include "wallet/wallet_folder.hpp"

namespace sigma::tokenpass {
namespace {

using core::Result;

enum class Verdict { ok, warning, failure };

class Report {
 public:
  void add(Verdict verdict, std::string_view subject, std::string_view words) {
    constexpr std::string_view kMarks[] = {"ok", "warn", "FAIL"};
    fmt::print("{:<5} {:<12} {}\n", kMarks[static_cast<std::size_t>(verdict)], subject, words);
    failed_ = failed_ || verdict == Verdict::failure;
  }
  bool failed() const { return failed_; }

 private:
  bool failed_ = false;
};

void check_private(Report& report, const std::filesystem::path& path) {
  struct stat info{};
  if (::stat(path.c_str(), &info) != 0) return;  // not made yet
  const bool open = (info.st_mode & 077) != 0;
  report.add(open ? Verdict::failure : Verdict::ok, "permissions",
             open ? fmt::format("{} can be read by other users; run: chmod go= {}", path.string(), path.string())
                  : path.string());
}

void check_disk(Report& report, const std::filesystem::path& folder) {
  struct statvfs info{};
  if (::statvfs(folder.c_str(), &info) != 0) return;
  const std::uint64_t megabytes = static_cast<std::uint64_t>(info.f_bavail) * info.f_frsize / (1024 * 1024);
  report.add(megabytes < 10 ? Verdict::failure : Verdict::ok, "disk", fmt::format("{} MB free", megabytes));
}

void check_memory(Report& report) {
  const bool locks = vault::memory_can_be_locked();
  report.add(locks ? Verdict::ok : Verdict::warning, "memory",
             locks ? "secrets can be kept from swap"
                   : "memory cannot be locked (ulimit -l): secrets of an open wallet may be swapped to the disk");
}

void check_wallet(Report& report, WalletPeer& peer, const WalletFolder& folder) {
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

Result<void> diagnose(Invocation& run) {
  SIGMA_TRY(const Config config, run.load());
  Report report;
  report.add(Verdict::ok, "settings", "every setting can be used");
  const auto peer = WalletPeer::connect(config);
  if (!peer) {
    report.add(Verdict::failure, "server", peer.error().description());
  } else {
    report.add(Verdict::ok, "server", (*peer)->is_running_server() ? config.base_url() : "not running");
    check_wallet(report, **peer, WalletFolder(config.folder));
  }
  check_private(report, config.folder);
  for (const std::string& name : WalletFolder(config.folder).list()) {
    if (WalletFolder::is_vault(name)) check_private(report, config.folder / name);
  }
  check_disk(report, config.folder);
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
