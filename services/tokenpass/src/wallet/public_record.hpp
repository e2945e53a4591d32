#pragma once
#include <filesystem>
#include <map>
#include <mutex>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "sigma/core/clock.hpp"
#include "sigma/core/json.hpp"
#include "sigma/core/result.hpp"

namespace sigma::tokenpass {

/// What must be readable while the wallet is locked: profiles, which wallet is used, known browsers, wrong passwords so
/// far. In clear, mode 0600, in "tokenpass.json". Thread-safe; changes are on the disk when they return, or
/// Code::invalid_input when there is no room for them.
class PublicRecord {
 public:
  struct Failures {
    int count = 0;  ///< wrong passwords since the last right one
    core::UtcTime last;
  };

  /// An absent file is an empty record; Code::invalid_input for one that cannot be read (it is never overwritten).
  static core::Result<PublicRecord> load(std::filesystem::path file);
  PublicRecord(PublicRecord&& other) noexcept;

  /// The "global" row of the wallet in use: {"host":"global","displayName",…}; an empty object when there is none.
  core::Json profile() const;
  core::Result<void> set_profile(core::Json profile);

  std::string wallet_name() const;  ///< file name in the folder; empty: nothing chosen yet
  core::Result<void> set_wallet_name(std::string name);

  std::map<std::string, std::string> labels() const;  ///< of wallet files, by name
  core::Result<void> set_label(std::string name, std::string label);
  std::set<std::string> hidden() const;  ///< files that the person took off the list
  core::Result<void> set_hidden(std::string name, bool hidden);

  /// By the wallet's name, or count_name().
  Failures failures(const std::string& name) const;
  core::Result<void> set_failures(std::string name, Failures failures);

  /// Hashes of KnownBrowsers, the one seen last at the end.
  std::vector<std::string> browsers(const std::string& wallet) const;
  /// The counts of those that are not among them go.
  core::Result<void> set_browsers(const std::string& wallet, const std::vector<std::string>& hashes);
  /// Of the wrong passwords of one browser: no file is called like this.
  static std::string count_name(const std::string& wallet, std::string_view hash);

 private:
  PublicRecord(std::filesystem::path file, core::Json content) : file_(std::move(file)), content_(std::move(content)) {}
  template <class Change>
  core::Result<void> change(Change change);

  mutable std::mutex mutex_;
  std::filesystem::path file_;
  core::Json content_;
};

}  // namespace sigma::tokenpass
