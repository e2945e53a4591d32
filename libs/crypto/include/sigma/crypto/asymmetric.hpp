// RSA, P-256 and Ed25519 keys with signatures in the forms that JOSE carries. Immutable and safe from any thread: each
// key is parsed once and may sign on several threads at the same time. secp256k1 lives in sigma::bitcoin.
#pragma once
#include <memory>
#include <string>
#include <string_view>

#include "sigma/core/result.hpp"
#include "sigma/crypto/secret_bytes.hpp"

struct evp_pkey_st;

namespace sigma::crypto {

enum class KeyType { rsa, p256, ed25519 };

enum class SignatureScheme {
  rsa_pkcs1_sha256,
  rsa_pss_sha256,     ///< MGF1 with SHA-256, 32-byte salt
  p256_ecdsa_sha256,  ///< r ‖ s, 32 big-endian bytes each
  ed25519,
};

inline constexpr int kMinRsaBits = 2048;
inline constexpr int kMaxRsaBits = 8192;  ///< longer keys would let a stranger buy our CPU cheaply

KeyType key_type(SignatureScheme scheme);

/// Numbers of a public key, big-endian. RSA: modulus without leading zeros and exponent. P-256: x and y, 32 bytes each.
/// Ed25519: the 32-byte encoding and nothing.
struct PublicComponents {
  std::string first;
  std::string second;
};

class PublicKey {
 public:
  /// Code::invalid_input unless the modulus is odd, without leading zeros and of 2048 to 8192 bits, and the exponent
  /// odd, at least 3 and below 2^32.
  static core::Result<PublicKey> rsa(std::string_view modulus, std::string_view exponent);
  /// Code::invalid_input unless both have 32 bytes and name a point of the curve.
  static core::Result<PublicKey> p256(std::string_view x, std::string_view y);
  /// Code::invalid_input unless it is the canonical encoding of a point (RFC 8032 §5.1.3) that is not of small order:
  /// under those eight points a signature over one message can be valid for any other.
  static core::Result<PublicKey> ed25519(std::string_view encoded);

  KeyType type() const { return type_; }
  /// Length in bytes of every signature by this key.
  std::size_t signature_size() const { return signature_size_; }
  /// False for a scheme of another key type, a wrong length, or a signature that this key did not make over `message`.
  bool verify(SignatureScheme scheme, std::string_view message, std::string_view signature) const;

 private:
  PublicKey(KeyType type, std::shared_ptr<evp_pkey_st> key);

  KeyType type_;
  std::size_t signature_size_;
  std::shared_ptr<evp_pkey_st> key_;
};

class PrivateKey {
 public:
  /// RSA: 2048 bits and exponent 65537 (50 to 500 ms). Draws from OpenSSL's generator.
  static core::Result<PrivateKey> generate(KeyType type);
  /// Unencrypted PKCS#8 DER (RFC 5208) of exactly this type; RSA of 2048 to 8192 bits. Code::invalid_input otherwise.
  static core::Result<PrivateKey> from_pkcs8(KeyType type, std::string_view der);
  core::Result<SecretBytes> to_pkcs8() const;

  KeyType type() const { return type_; }
  core::Result<PublicComponents> public_components() const;
  /// Code::internal for a scheme of another key type.
  core::Result<std::string> sign(SignatureScheme scheme, std::string_view message) const;

 private:
  PrivateKey(KeyType type, std::shared_ptr<evp_pkey_st> key) : type_(type), key_(std::move(key)) {}

  KeyType type_;
  std::shared_ptr<evp_pkey_st> key_;
};

}  // namespace sigma::crypto
