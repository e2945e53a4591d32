#include "sigma/vault/private_files.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>
#include <utility>

namespace sigma::vault {
namespace {

using core::Code;
using core::Error;
using core::Result;
namespace fs = std::filesystem;

class Descriptor {
 public:
  explicit Descriptor(int number) : number_(number) {}
  ~Descriptor() {
    if (number_ >= 0) ::close(number_);
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  int get() const { return number_; }
  /// close() itself can report a failed write (NFS, quotas).
  bool close() { return ::close(std::exchange(number_, -1)) == 0; }

 private:
  int number_;
};

Error failed(std::string_view what, const fs::path& path, int error) {
  const std::string why =
      error == ENOSPC || error == EDQUOT ? "the disk is full" : std::generic_category().message(error);
  return {Code::unavailable, fmt::format("{} {}: {}.", what, path.string(), why)};
}

bool write_all(int descriptor, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t written = ::write(descriptor, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(written));
  }
  return true;
}

Result<void> flush_folder(const fs::path& folder) {
  const Descriptor opened(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (opened.get() < 0 || ::fsync(opened.get()) != 0) return failed("Cannot flush the folder", folder, errno);
  return {};
}

}  // namespace

Result<void> make_private_folder(const fs::path& folder) {
  std::error_code error;
  if (folder.has_parent_path()) fs::create_directories(folder.parent_path(), error);
  if (error) return failed("Cannot make the folder", folder.parent_path(), error.value());
  if (::mkdir(folder.c_str(), 0700) != 0 && errno != EEXIST) return failed("Cannot make the folder", folder, errno);
  struct stat info{};
  if (::stat(folder.c_str(), &info) != 0) return failed("Cannot look at the folder", folder, errno);
  if (!S_ISDIR(info.st_mode)) return failed("Cannot use the folder", folder, ENOTDIR);
  if ((info.st_mode & 077) != 0 && ::chmod(folder.c_str(), 0700) != 0) {
    return failed("Cannot make the folder private:", folder, errno);
  }
  return {};
}

Result<std::string> read_file(const fs::path& file, std::size_t max_size) {
  // O_NONBLOCK: a named pipe in the place of a file must not hold us up.
  const Descriptor opened(::open(file.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  if (opened.get() < 0) {
    if (errno == ENOENT || errno == ENOTDIR) return Error{Code::not_found, "There is no file " + file.string() + "."};
    return failed("Cannot read", file, errno);
  }
  struct stat info{};
  if (::fstat(opened.get(), &info) != 0) return failed("Cannot read", file, errno);
  if (!S_ISREG(info.st_mode)) return Error{Code::invalid_input, file.string() + " is not a regular file."};
  std::string bytes;
  char block[16 * 1024];
  for (;;) {
    const ssize_t count = ::read(opened.get(), block, sizeof block);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return failed("Cannot read", file, errno);
    if (count == 0) return bytes;
    bytes.append(block, static_cast<std::size_t>(count));
    if (bytes.size() > max_size) {
      return Error{Code::invalid_input, fmt::format("{} is larger than {} bytes.", file.string(), max_size)};
    }
  }
}

Result<void> replace_file(const fs::path& file, std::string_view bytes) {
  // One name for all attempts: what a crash left behind is overwritten by the next one, not heaped up.
  const fs::path beside = file.string() + ".new";
  Descriptor out(::open(beside.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600));
  if (out.get() < 0) return failed("Cannot write", beside, errno);
  int error = 0;
  if (::fchmod(out.get(), 0600) != 0 || !write_all(out.get(), bytes) || ::fsync(out.get()) != 0) error = errno;
  if (!out.close() && error == 0) error = errno;
  if (error == 0 && ::rename(beside.c_str(), file.c_str()) != 0) error = errno;
  if (error != 0) {
    ::unlink(beside.c_str());
    return failed("Cannot write", file, error);
  }
  return flush_folder(file.has_parent_path() ? file.parent_path() : fs::path("."));
}

Result<FolderLock> FolderLock::take(const fs::path& lock_file) {
  const int descriptor = ::open(lock_file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
  if (descriptor < 0) return failed("Cannot open", lock_file, errno);
  FolderLock lock(descriptor);
  if (::flock(descriptor, LOCK_EX | LOCK_NB) == 0) return lock;
  if (errno != EWOULDBLOCK) return failed("Cannot lock", lock_file, errno);
  return Error{Code::conflict, "Another TokenPass already works with " + lock_file.parent_path().string() + "."};
}

FolderLock::FolderLock(FolderLock&& other) noexcept : descriptor_(std::exchange(other.descriptor_, -1)) {}

FolderLock::~FolderLock() {
  if (descriptor_ >= 0) ::close(descriptor_);
}

}  // namespace sigma::vault
