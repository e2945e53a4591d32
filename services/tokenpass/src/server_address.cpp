#include "server_address.hpp"

#include "sigma/vault/private_files.hpp"

namespace sigma::tokenpass {
namespace {

constexpr const char* kName = "tokenpass.address";
constexpr std::size_t kMaxSize = 256;

}  // namespace

core::Result<void> ServerAddress::tell(const std::string& url) const {
  return vault::replace_file(folder_ / kName, url);
}

core::Result<std::string> ServerAddress::read(const std::filesystem::path& folder) {
  auto text = vault::read_file(folder / kName, kMaxSize);
  if (text && (text->starts_with("http://127.0.0.1:") || text->starts_with("http://[::1]:"))) return text;
  return core::Error{
      core::Code::unavailable,
      fmt::format("Another TokenPass works with {} and does not say where it answers. It is starting, or a "
                  "command: try again in a moment.",
                  folder.string())};
}

void ServerAddress::forget(const std::filesystem::path& folder) {
  std::error_code ignored;
  std::filesystem::remove(folder / kName, ignored);
}

}  // namespace sigma::tokenpass
