#include "sigma/vault/versioned_file.hpp"

#include "sigma/vault/private_files.hpp"

namespace sigma::vault {
namespace fs = std::filesystem;

fs::path VersionedFile::version(int number) const {
  return fmt::format("{}~{}", file_.string(), number);
}

bool VersionedFile::exists() const {
  std::error_code error;
  return fs::exists(file_, error);
}

core::Result<std::string> VersionedFile::read() const {
  return read_file(file_, kMaxSize);
}

core::Result<void> VersionedFile::replace(std::string_view bytes) {
  std::error_code error;  // of the versions only, which are a convenience: never a reason not to save
  if (exists()) {
    for (int number = kVersions - 1; number > 0; --number) fs::rename(version(number), version(number + 1), error);
    fs::create_hard_link(file_, version(1), error);
    // A file system without links (FAT): a copy does as well.
    if (error) {
      if (auto current = read()) (void)replace_file(version(1), *current);
    }
  }
  return replace_file(file_, bytes);
}

void VersionedFile::forget_versions() {
  std::error_code error;
  for (int number = 1; number <= kVersions; ++number) fs::remove(version(number), error);
}

}  // namespace sigma::vault
