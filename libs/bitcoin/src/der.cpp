#include "der.hpp"

#include "curve.hpp"

namespace sigma::bitcoin {

std::optional<CompactSignature> parse_der(std::string_view der) {
  const auto* context = Curve::context();
  secp256k1_ecdsa_signature parsed;
  // Integers that are negative or too large come out as zero, which no check accepts.
  if (der.size() > kMaxDerSize || secp256k1_ecdsa_signature_parse_der(context, &parsed, octets(der), der.size()) != 1)
    return std::nullopt;
  CompactSignature out{};
  secp256k1_ecdsa_signature_serialize_compact(context, out.data(), &parsed);
  return out;
}

bool PublicKey::verify_der(const Hash256& digest, std::string_view der) const {
  const auto signature = parse_der(der);
  return signature && verify(digest, crypto::view(*signature));
}

std::string PrivateKey::sign_der(const Hash256& digest) const {
  const auto* context = Curve::context();
  const auto compact = sign_digest(digest);
  secp256k1_ecdsa_signature signature;
  secp256k1_ecdsa_signature_parse_compact(context, &signature, compact.data());
  std::array<unsigned char, kMaxDerSize> out{};
  std::size_t size = out.size();
  secp256k1_ecdsa_signature_serialize_der(context, out.data(), &size, &signature);
  return {reinterpret_cast<const char*>(out.data()), size};
}

}  // namespace sigma::bitcoin
