#include "sigma/bitcoin/bsm.hpp"

#include <algorithm>

#include "sigma/bitcoin/base58check.hpp"

namespace sigma::bitcoin {
namespace {

constexpr std::string_view kMagic =
    "\x18"
    "Bitcoin Signed Message:\n";
constexpr int kHeaderBase = 27;
constexpr int kHeaderCompressed = 4;
constexpr int kHeaders = 8;  // 4 recovery ids, each with and without "compressed"

/// Bitcoin's CompactSize: 1, 3, 5 or 9 bytes, little-endian.
void append_varint(std::string& out, std::uint64_t value) {
  const auto append = [&](int size) {
    for (int i = 0; i < size; ++i) out += static_cast<char>(value >> (8 * i) & 0xff);
  };
  if (value < 0xfd) return append(1);
  const int size = value <= 0xffff ? 2 : value <= 0xffffffff ? 4 : 8;
  out += static_cast<char>(size == 2 ? 0xfd : size == 4 ? 0xfe : 0xff);
  append(size);
}

}  // namespace

Hash256 bsm_digest(std::string_view message) {
  std::string framed(kMagic);
  framed.reserve(kMagic.size() + 9 + message.size());
  append_varint(framed, message.size());
  framed += message;
  return crypto::sha256d(framed);
}

std::string sign_bsm(const PrivateKey& key, std::string_view message) {
  const auto signature = key.sign_recoverable(bsm_digest(message));
  std::string out(1, static_cast<char>(kHeaderBase + kHeaderCompressed + signature.recovery_id));
  out += crypto::view(signature.rs);
  return out;
}

std::string BsmSigner::address() const {
  if (compressed) return key.address();
  std::string payload(1, '\0');
  payload += crypto::view(crypto::hash160(crypto::view(key.uncompressed())));
  return base58check_encode(payload);
}

std::optional<BsmSigner> recover_bsm(std::string_view message, std::string_view signature) {
  if (signature.size() != kBsmSignatureSize) return std::nullopt;
  const int header = static_cast<std::uint8_t>(signature[0]) - kHeaderBase;
  if (header < 0 || header >= kHeaders) return std::nullopt;
  RecoverableSignature recoverable;
  recoverable.recovery_id = header % kHeaderCompressed;
  std::ranges::copy(signature.substr(1), recoverable.rs.begin());
  auto key = PublicKey::recover(bsm_digest(message), recoverable);
  if (!key) return std::nullopt;
  return BsmSigner{*std::move(key), header >= kHeaderCompressed};
}

bool verify_bsm(const PublicKey& key, std::string_view message, std::string_view signature) {
  const auto signer = recover_bsm(message, signature);
  return signer && signer->key == key;
}

bool verify_bsm_address(std::string_view address, std::string_view message, std::string_view signature) {
  const auto signer = recover_bsm(message, signature);
  return signer && signer->address() == address;
}

}  // namespace sigma::bitcoin
