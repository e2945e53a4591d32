#include <secp256k1_recovery.h>

#include <cstdlib>
#include <cstring>

#include "curve.hpp"
#include "sigma/bitcoin/base58check.hpp"
#include "sigma/core/encoding.hpp"
#include "sigma/crypto/secret_bytes.hpp"

namespace sigma::bitcoin {
namespace {

using core::Code;
using core::Error;

constexpr char kWifVersion = '\x80';
constexpr char kWifCompressed = '\x01';

/// For calls that cannot fail on a valid key (a failure means a corrupted process).
void must(int returned) {
  if (returned != 1) std::abort();
}

}  // namespace

core::Result<PrivateKey> PrivateKey::from_bytes(std::string_view bytes) {
  if (bytes.size() != kSize || secp256k1_ec_seckey_verify(Curve::context(), octets(bytes)) != 1)
    return Error{Code::invalid_input, "A private key is 32 bytes, not zero and below the order of secp256k1."};
  PrivateKey key;
  std::memcpy(key.scalar_.data(), bytes.data(), kSize);
  return key;
}

core::Result<PrivateKey> PrivateKey::from_hex(std::string_view text) {
  std::optional<std::string> bytes;
  if (text.size() == 2 * kSize) bytes = core::hex_decode(text);
  if (!bytes) return Error{Code::invalid_input, "A private key is 64 hexadecimal characters."};
  auto key = from_bytes(*bytes);
  crypto::wipe(*bytes);
  return key;
}

core::Result<PrivateKey> PrivateKey::from_wif(std::string_view text) {
  auto payload = base58check_decode(text);
  if (!payload) return Error{Code::invalid_input, "The WIF private key is not Base58 or its checksum is wrong."};
  const bool known =
      payload->size() == kSize + 2 && payload->front() == kWifVersion && payload->back() == kWifCompressed;
  auto key = known ? from_bytes(std::string_view(*payload).substr(1, kSize))
                   : Error{Code::invalid_input,
                           "The WIF must be that of a compressed mainnet key: 52 characters, K or L first."};
  crypto::wipe(*payload);
  return key;
}

PrivateKey PrivateKey::generate(core::Random& random) {
  PrivateKey key;
  do {
    random.fill(key.scalar_);
  } while (secp256k1_ec_seckey_verify(Curve::context(), key.scalar_.data()) != 1);
  return key;
}

PrivateKey PrivateKey::anyone() {
  PrivateKey key;
  key.scalar_.back() = 1;
  return key;
}

PrivateKey::~PrivateKey() {
  explicit_bzero(scalar_.data(), scalar_.size());
}

std::string PrivateKey::to_hex() const {
  return core::hex_encode(secret_bytes());
}

std::string PrivateKey::to_wif() const {
  std::string payload;
  payload.reserve(kSize + 2);
  payload += kWifVersion;
  payload += secret_bytes();
  payload += kWifCompressed;
  auto text = base58check_encode(payload);
  crypto::wipe(payload);
  return text;
}

PublicKey PrivateKey::public_key() const {
  secp256k1_pubkey point;
  must(secp256k1_ec_pubkey_create(Curve::context(), &point, scalar_.data()));
  return Curve::wrap(point);
}

CompactSignature PrivateKey::sign_digest(const Hash256& digest) const {
  secp256k1_ecdsa_signature signature;
  must(secp256k1_ecdsa_sign(Curve::context(), &signature, digest.data(), scalar_.data(), nullptr, nullptr));
  CompactSignature out{};
  secp256k1_ecdsa_signature_serialize_compact(Curve::context(), out.data(), &signature);
  return out;
}

RecoverableSignature PrivateKey::sign_recoverable(const Hash256& digest) const {
  secp256k1_ecdsa_recoverable_signature signature;
  must(secp256k1_ecdsa_sign_recoverable(Curve::context(), &signature, digest.data(), scalar_.data(), nullptr, nullptr));
  RecoverableSignature out;
  secp256k1_ecdsa_recoverable_signature_serialize_compact(Curve::context(), out.rs.data(), &out.recovery_id,
                                                          &signature);
  return out;
}

std::optional<PrivateKey> PrivateKey::plus(const Hash256& tweak) const {
  PrivateKey sum(*this);
  if (secp256k1_ec_seckey_tweak_add(Curve::context(), sum.scalar_.data(), tweak.data()) != 1) return std::nullopt;
  return sum;
}

bool PrivateKey::operator==(const PrivateKey& other) const {
  return crypto::constant_time_equal(secret_bytes(), other.secret_bytes());
}

}  // namespace sigma::bitcoin
