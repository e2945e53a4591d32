#include "sigma/bitcoin/bip32.hpp"

#include <algorithm>

#include "sigma/bitcoin/base58check.hpp"
#include "sigma/core/number.hpp"
#include "sigma/crypto/secret_bytes.hpp"

namespace sigma::bitcoin {
namespace {

using core::Code;
using core::Error;

constexpr std::string_view kXprvVersion = "\x04\x88\xad\xe4";
constexpr std::string_view kXpubVersion = "\x04\x88\xb2\x1e";
constexpr std::size_t kSerialisedSize = 4 + 1 + 4 + 4 + 32 + 33;
constexpr std::size_t kMinSeed = 16;
constexpr std::size_t kMaxSeed = 64;
constexpr std::uint8_t kMaxDepth = 255;

std::string big_endian(std::uint32_t number) {
  std::string out;
  for (const int shift : {24, 16, 8, 0}) out += static_cast<char>(number >> shift & 0xff);
  return out;
}

Hash256 half(const crypto::Hash512& bytes, std::size_t index) {
  Hash256 out{};
  std::copy_n(bytes.begin() + static_cast<std::ptrdiff_t>(index * out.size()), out.size(), out.begin());
  return out;
}

std::optional<std::uint32_t> parse_step(std::string_view step) {
  const bool hardened = step.ends_with('\'') || step.ends_with('h');
  if (hardened) step.remove_suffix(1);
  const auto number = core::parse_number<std::uint32_t>(step);
  if (!number || *number >= ExtendedKey::kHardened) return std::nullopt;
  return *number + (hardened ? ExtendedKey::kHardened : 0);
}

}  // namespace

core::Result<ExtendedKey> ExtendedKey::from_seed(std::string_view seed) {
  if (seed.size() < kMinSeed || seed.size() > kMaxSeed)
    return Error{Code::invalid_input, "A BIP-32 seed is 16 to 64 bytes."};
  const auto digest = crypto::hmac_sha512("Bitcoin seed", seed);
  SIGMA_TRY(auto key, PrivateKey::from_bytes(crypto::view(half(digest, 0))));
  return ExtendedKey{key, half(digest, 1)};
}

core::Result<ExtendedKey> ExtendedKey::from_xprv(std::string_view text) {
  Error invalid{Code::invalid_input, "The extended private key is not a mainnet xprv, or its checksum is wrong."};
  auto payload = base58check_decode(text);
  if (!payload || payload->size() != kSerialisedSize || !payload->starts_with(kXprvVersion)) return invalid;
  const std::string_view bytes = *payload;
  const auto depth = static_cast<std::uint8_t>(bytes[4]);
  const bool rootless = depth == 0 && bytes.substr(5, 8) != std::string_view("\0\0\0\0\0\0\0\0", 8);
  if (rootless || bytes[45] != 0) return invalid;
  auto key = PrivateKey::from_bytes(bytes.substr(46));
  if (!key) return invalid;
  Hash256 chain_code{};
  std::ranges::copy(bytes.substr(13, 32), chain_code.begin());
  ExtendedKey out{*std::move(key), chain_code};
  out.depth_ = depth;
  std::ranges::copy(bytes.substr(5, 4), out.parent_fingerprint_.begin());
  for (const char c : bytes.substr(9, 4)) out.child_number_ = out.child_number_ << 8 | static_cast<std::uint8_t>(c);
  crypto::wipe(*payload);
  return out;
}

core::Result<ExtendedKey> ExtendedKey::child(std::uint32_t index) const {
  if (depth_ == kMaxDepth) return Error{Code::invalid_input, "A BIP-32 key has at most 255 ancestors."};
  const auto public_key = key_.public_key();
  std::string data;
  data.reserve(PublicKey::kSize + 4);
  if (index >= kHardened) {
    data += '\0';
    data += key_.secret_bytes();
  } else {
    data += public_key.view();
  }
  data += big_endian(index);
  const auto digest = crypto::hmac_sha512(crypto::view(chain_code_), data);
  crypto::wipe(data);
  auto key = key_.plus(half(digest, 0));
  if (!key) return Error{Code::internal, "This key has no child of that number.", "BIP-32 offset out of range"};
  ExtendedKey out{*std::move(key), half(digest, 1)};
  out.depth_ = static_cast<std::uint8_t>(depth_ + 1);
  std::ranges::copy(crypto::view(crypto::hash160(public_key.view())).substr(0, 4), out.parent_fingerprint_.begin());
  out.child_number_ = index;
  return out;
}

core::Result<ExtendedKey> ExtendedKey::derive(std::string_view path) const {
  Error invalid{Code::invalid_input, "A derivation path looks like m/44'/0'/0'/0/1."};
  if (!path.starts_with('m')) return invalid;
  path.remove_prefix(1);
  auto key = *this;
  while (!path.empty()) {
    if (path.front() != '/') return invalid;
    path.remove_prefix(1);
    const auto end = std::min(path.find('/'), path.size());
    const auto index = parse_step(path.substr(0, end));
    if (!index) return invalid;
    SIGMA_TRY(key, key.child(*index));
    path.remove_prefix(end);
  }
  return key;
}

std::string ExtendedKey::serialise(std::string_view version, std::string_view key) const {
  std::string payload;
  payload.reserve(kSerialisedSize);
  payload += version;
  payload += static_cast<char>(depth_);
  payload += crypto::view(parent_fingerprint_);
  payload += big_endian(child_number_);
  payload += crypto::view(chain_code_);
  payload += key;
  auto text = base58check_encode(payload);
  crypto::wipe(payload);
  return text;
}

std::string ExtendedKey::to_xprv() const {
  auto padded = '\0' + std::string(key_.secret_bytes());
  auto text = serialise(kXprvVersion, padded);
  crypto::wipe(padded);
  return text;
}

std::string ExtendedKey::to_xpub() const {
  return serialise(kXpubVersion, key_.public_key().view());
}

}  // namespace sigma::bitcoin
