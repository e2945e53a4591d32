#pragma once
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "sigma/core/result.hpp"

namespace sigma::tokenpass {

/// The folder of wallets (~/.tokenpass): ours ("*.vault") beside what older versions left ("*.bep", "seed.db"), which
/// is read and never written. Wallets are named by their file name; no path leads out of the folder.
class WalletFolder {
 public:
  static constexpr std::string_view kDefaultWallet = "wallet.vault";

  explicit WalletFolder(std::filesystem::path root) : root_(std::move(root)) {}

  const std::filesystem::path& root() const { return root_; }
  std::filesystem::path file(std::string_view name) const { return root_ / name; }
  bool exists(std::string_view name) const;

  /// The name behind what a client sends: a bare name, "~/.tokenpass/<name>" or the absolute path. Code::invalid_input
  /// unless it names a wallet file directly in this folder.
  core::Result<std::string> resolve(std::string_view path) const;
  /// The path as clients see it, with ~ for the home folder where it lies in there.
  std::string display(std::string_view name) const;

  /// Every wallet file, by name.
  std::vector<std::string> list() const;
  /// What an older TokenPass used here: the backup its config.json names, backup.bep, or seed.db.
  std::optional<std::string> older_wallet() const;
  /// The content of a sibling file of an older version (keys.db, state.db); empty when there is none.
  std::string older_file(std::string_view name) const;

  static bool is_vault(std::string_view name);
  /// "fixed.bep" → "fixed.vault".
  static std::string vault_name(std::string_view name);

 private:
  std::filesystem::path root_;
};

}  // namespace sigma::tokenpass
