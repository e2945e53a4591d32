#include "config_secrets.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>

#include "sigma/core/encoding.hpp"

namespace sigma::service {
namespace {

constexpr std::size_t kMaxFile = 64 * 1'024;

core::Error failed(std::string_view what, const std::filesystem::path& file) {
  return {core::Code::unavailable,
          fmt::format("{} {}: {}", what, file.string(), std::generic_category().message(errno))};
}

class Descriptor {
 public:
  explicit Descriptor(int fd) : fd_(fd) {}
  ~Descriptor() {
    if (fd_ >= 0) ::close(fd_);
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  int get() const { return fd_; }
  bool open() const { return fd_ >= 0; }

 private:
  int fd_;
};

core::Result<void> write_all(const Descriptor& file, std::string_view text, const std::filesystem::path& path) {
  while (!text.empty()) {
    const auto written = ::write(file.get(), text.data(), text.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return failed("cannot write", path);
    text.remove_prefix(static_cast<std::size_t>(written));
  }
  if (::fsync(file.get()) != 0) return failed("cannot write", path);
  return {};
}

// A finished file appears under its name at once, and link() does not replace one that another process has made.
core::Result<void> make_secret(const std::filesystem::path& file, core::Random& random) {
  const std::filesystem::path draft =
      fmt::format("{}.{}.{}", file.string(), ::getpid(), core::hex_encode(random.bytes(4)));
  Descriptor out(::open(draft.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600));
  if (!out.open()) return failed("cannot create", draft);
  std::string text = core::hex_encode(random.bytes(kMinSecretBytes)) + '\n';
  auto written = write_all(out, text, draft);
  crypto::wipe(text);
  const bool linked = written && (::link(draft.c_str(), file.c_str()) == 0 || errno == EEXIST);
  if (written && !linked) written = failed("cannot create", file);
  ::unlink(draft.c_str());
  return written;
}

}  // namespace

core::Result<void> make_private_dir(const std::filesystem::path& dir) {
  std::error_code error;
  if (std::filesystem::is_directory(dir, error)) return {};
  if (dir.has_parent_path()) std::filesystem::create_directories(dir.parent_path(), error);
  if (error || (::mkdir(dir.c_str(), 0700) != 0 && errno != EEXIST)) return failed("cannot create the directory", dir);
  return {};
}

core::Result<crypto::SecretBytes> read_secret(int descriptor, std::string_view name) {
  crypto::SecretBytes buffer = crypto::SecretBytes::zeros(kMaxFile);
  std::size_t size = 0;
  while (size < kMaxFile) {
    const auto got = ::read(descriptor, buffer.data() + size, kMaxFile - size);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return failed("cannot be read:", name);
    if (got == 0) break;
    size += static_cast<std::size_t>(got);
  }
  if (size == kMaxFile)
    return core::Error{core::Code::invalid_input, fmt::format("names {}, which is too large for a secret", name)};
  while (size > 0 && (buffer.view()[size - 1] == '\n' || buffer.view()[size - 1] == '\r')) --size;
  buffer.shrink(size);
  return buffer;
}

core::Result<crypto::SecretBytes> read_secret_file(const std::filesystem::path& file) {
  const Descriptor in(::open(file.c_str(), O_RDONLY | O_CLOEXEC));
  if (!in.open()) return failed("cannot be read:", file);
  return read_secret(in.get(), file.string());
}

core::Result<crypto::SecretBytes> read_or_make_secret(const std::filesystem::path& file, core::Random& random) {
  struct stat info{};
  if (::stat(file.c_str(), &info) != 0) {
    if (auto made = make_secret(file, random); !made) return made.error();
    if (::stat(file.c_str(), &info) != 0) return failed("cannot read", file);
  }
  if ((info.st_mode & 077) != 0) {
    return core::Error{core::Code::invalid_input,
                       fmt::format("{} can be read by other users; run: chmod 600 {}", file.string(), file.string())};
  }
  SIGMA_TRY(crypto::SecretBytes secret, read_secret_file(file));
  if (secret.size() < kMinSecretBytes) {
    return core::Error{
        core::Code::invalid_input,
        fmt::format("{} holds fewer than {} bytes; remove it to have a new one made", file.string(), kMinSecretBytes)};
  }
  return secret;
}

}  // namespace sigma::service
