#pragma once
#include <filesystem>
#include <string>
#include <string_view>

#include "sigma/core/result.hpp"

namespace sigma::vault {

/// A file that keeps its previous contents as "<name>~1" (newest) to "<name>~5" beside it.
class VersionedFile {
 public:
  static constexpr int kVersions = 5;
  static constexpr std::size_t kMaxSize = 4 * 1024 * 1024;

  explicit VersionedFile(std::filesystem::path file) : file_(std::move(file)) {}

  const std::filesystem::path& path() const { return file_; }
  bool exists() const;
  core::Result<std::string> read() const;
  /// As replace_file(); what was there becomes version 1. A crash can lose a version, never the file itself.
  core::Result<void> replace(std::string_view bytes);
  /// Removes the versions: after a change of password they would still open with the old one.
  void forget_versions();

 private:
  std::filesystem::path version(int number) const;

  std::filesystem::path file_;
};

}  // namespace sigma::vault
