// Files that only their owner may read, and that are replaced as a whole or not at all.
#pragma once
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

#include "sigma/core/result.hpp"

namespace sigma::vault {

/// Makes the folder (0700) and its parents when missing; takes group and other rights from a folder that has them.
core::Result<void> make_private_folder(const std::filesystem::path& folder);

/// The whole file. Code::not_found when there is none, Code::invalid_input when it is longer than `max_size` bytes or
/// no regular file, Code::unavailable when it cannot be read.
core::Result<std::string> read_file(const std::filesystem::path& file, std::size_t max_size);

/// Puts `bytes` in the place of what the file held, mode 0600. Written beside it, flushed to the disk, renamed, and the
/// folder flushed: whatever happens at whichever moment, the file holds the old bytes or the new ones, whole. On
/// Code::unavailable (disk full, read-only) the old ones; the description says why.
core::Result<void> replace_file(const std::filesystem::path& file, std::string_view bytes);

/// An advisory lock that other programs of ours respect; released when it goes away or the process ends.
class FolderLock {
 public:
  /// Code::conflict when another process holds it.
  static core::Result<FolderLock> take(const std::filesystem::path& lock_file);

  FolderLock(FolderLock&& other) noexcept;
  FolderLock& operator=(FolderLock&&) = delete;
  ~FolderLock();

 private:
  explicit FolderLock(int descriptor) : descriptor_(descriptor) {}
  int descriptor_;
};

}  // namespace sigma::vault
