#include "sigma/bitcoin/base58check.hpp"

#include "sigma/core/encoding.hpp"
#include "sigma/crypto/digest.hpp"

namespace sigma::bitcoin {
namespace {

constexpr std::size_t kChecksumSize = 4;

}  // namespace

std::string base58check_encode(std::string_view payload) {
  std::string bytes(payload);
  bytes += crypto::view(crypto::sha256d(payload)).substr(0, kChecksumSize);
  return core::base58_encode(bytes);
}

std::optional<std::string> base58check_decode(std::string_view text) {
  auto bytes = core::base58_decode(text);
  if (!bytes || bytes->size() < kChecksumSize) return std::nullopt;
  const auto digest = crypto::sha256d(std::string_view(*bytes).substr(0, bytes->size() - kChecksumSize));
  if (!bytes->ends_with(crypto::view(digest).substr(0, kChecksumSize))) return std::nullopt;
  bytes->resize(bytes->size() - kChecksumSize);
  return bytes;
}

}  // namespace sigma::bitcoin
