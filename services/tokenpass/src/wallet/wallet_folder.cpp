#include "wallet/wallet_folder.hpp"

#include <algorithm>
#include <cstdlib>

#include "sigma/core/json.hpp"
#include "sigma/vault/private_files.hpp"

namespace sigma::tokenpass {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kMaxOlderFile = 8 * 1024 * 1024;
constexpr std::size_t kMaxName = 100;
constexpr std::size_t kMaxListed = 200;

bool is_wallet_name(std::string_view name) {
  const bool letters = std::ranges::all_of(name, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           std::string_view("-_. ()@").find(c) != std::string_view::npos;
  });
  if (!letters || name.size() > kMaxName || name.starts_with('.') || name.starts_with(' ')) return false;
  const auto ends = [&](std::string_view suffix) { return name.size() > suffix.size() && name.ends_with(suffix); };
  return ends(".vault") || ends(".bep") || name == "seed.db";
}

std::optional<fs::path> home() {
  const char* folder = std::getenv("HOME");
  return folder != nullptr && *folder != '\0' ? std::optional<fs::path>(folder) : std::nullopt;
}

}  // namespace

bool WalletFolder::is_vault(std::string_view name) {
  return name.ends_with(".vault");
}

std::string WalletFolder::vault_name(std::string_view name) {
  return fs::path(name).stem().string() + ".vault";
}

bool WalletFolder::exists(std::string_view name) const {
  std::error_code error;
  return fs::is_regular_file(fs::symlink_status(file(name), error));
}

core::Result<std::string> WalletFolder::resolve(std::string_view path) const {
  core::Error refused{core::Code::invalid_input,
                      fmt::format("The path must name a .bep or .vault file directly in {}.", root_.string())};
  fs::path full(path);
  if (path.starts_with("~/") && home()) full = *home() / path.substr(2);
  if (full.is_relative() && !full.has_parent_path()) full = root_ / full;
  // Compared as text, before the file system has a say: "..", links and doubled slashes are all refused.
  if (full.parent_path() != root_ || !is_wallet_name(full.filename().string())) return refused;
  return full.filename().string();
}

std::string WalletFolder::display(std::string_view name) const {
  const fs::path full = file(name);
  if (const auto base = home()) {
    const fs::path inside = full.lexically_relative(*base);
    if (!inside.empty() && *inside.begin() != "..") return "~/" + inside.string();
  }
  return full.string();
}

std::vector<std::string> WalletFolder::list() const {
  std::vector<std::string> names;
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(root_, error)) {
    std::string name = entry.path().filename().string();
    if (names.size() < kMaxListed && is_wallet_name(name) && exists(name)) names.push_back(std::move(name));
  }
  std::ranges::sort(names);
  return names;
}

std::optional<std::string> WalletFolder::older_wallet() const {
  if (const auto config = core::parse_json(older_file("config.json")); config && config->is_object()) {
    const auto name = resolve(core::json_string(*config, "currentBackupPath").value_or(""));
    if (name && exists(*name) && !is_vault(*name)) return *name;
  }
  for (const char* name : {"backup.bep", "seed.db"}) {
    if (exists(name)) return name;
  }
  return std::nullopt;
}

std::string WalletFolder::older_file(std::string_view name) const {
  const auto text = vault::read_file(file(name), kMaxOlderFile);
  return text ? *text : std::string();
}

}  // namespace sigma::tokenpass
