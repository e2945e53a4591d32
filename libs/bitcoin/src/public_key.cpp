#include <secp256k1_recovery.h>

#include <cstring>

#include "curve.hpp"
#include "sigma/bitcoin/base58check.hpp"
#include "sigma/core/encoding.hpp"

namespace sigma::bitcoin {
namespace {

using core::Code;
using core::Error;

constexpr std::size_t kUncompressedSize = 65;

}  // namespace

core::Result<PublicKey> PublicKey::parse(std::string_view bytes) {
  if (bytes.size() != kSize || (bytes[0] != 2 && bytes[0] != 3))
    return Error{Code::invalid_input, "A public key is 33 bytes starting with 02 or 03 (compressed secp256k1)."};
  return Curve::parse(bytes);
}

core::Result<PublicKey> PublicKey::parse_any(std::string_view bytes) {
  if (bytes.size() == kUncompressedSize && bytes[0] == 4) return Curve::parse(bytes);
  return parse(bytes);
}

core::Result<PublicKey> PublicKey::from_hex(std::string_view text) {
  std::optional<std::string> bytes;
  if (text.size() == 2 * kSize) bytes = core::hex_decode(text);
  if (!bytes) return Error{Code::invalid_input, "A public key is 66 hexadecimal characters (compressed secp256k1)."};
  return parse(*bytes);
}

std::optional<PublicKey> PublicKey::recover(const Hash256& digest, const RecoverableSignature& signature) {
  if (signature.recovery_id < 0 || signature.recovery_id > 3) return std::nullopt;
  const auto* context = Curve::context();
  secp256k1_ecdsa_recoverable_signature recoverable;
  if (secp256k1_ecdsa_recoverable_signature_parse_compact(context, &recoverable, signature.rs.data(),
                                                          signature.recovery_id) != 1)
    return std::nullopt;
  secp256k1_ecdsa_signature plain;
  secp256k1_ecdsa_recoverable_signature_convert(context, &plain, &recoverable);
  if (secp256k1_ecdsa_signature_normalize(context, nullptr, &plain) == 1) return std::nullopt;
  secp256k1_pubkey point;
  if (secp256k1_ecdsa_recover(context, &point, &recoverable, digest.data()) != 1) return std::nullopt;
  return Curve::wrap(point);
}

std::string PublicKey::hex() const {
  return core::hex_encode(view());
}

std::array<std::uint8_t, 65> PublicKey::uncompressed() const {
  std::array<std::uint8_t, kUncompressedSize> out{};
  std::size_t size = out.size();
  const auto point = Curve::unwrap(*this);
  secp256k1_ec_pubkey_serialize(Curve::context(), out.data(), &size, &point, SECP256K1_EC_UNCOMPRESSED);
  return out;
}

std::string PublicKey::address() const {
  std::string payload(1, '\0');
  payload += crypto::view(crypto::hash160(view()));
  return base58check_encode(payload);
}

bool PublicKey::verify(const Hash256& digest, std::string_view signature, HighS high_s) const {
  const auto* context = Curve::context();
  secp256k1_ecdsa_signature parsed;
  if (signature.size() != std::tuple_size_v<CompactSignature> ||
      secp256k1_ecdsa_signature_parse_compact(context, &parsed, octets(signature)) != 1)
    return false;
  // The library itself only accepts the low form.
  if (high_s == HighS::accept) secp256k1_ecdsa_signature_normalize(context, &parsed, &parsed);
  const auto point = Curve::unwrap(*this);
  return secp256k1_ecdsa_verify(context, &parsed, digest.data(), &point) == 1;
}

std::optional<PublicKey> PublicKey::plus(const Hash256& tweak) const {
  auto point = Curve::unwrap(*this);
  if (secp256k1_ec_pubkey_tweak_add(Curve::context(), &point, tweak.data()) != 1) return std::nullopt;
  return Curve::wrap(point);
}

}  // namespace sigma::bitcoin
