#pragma once
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "sigma/bitcoin/keys.hpp"
#include "sigma/core/json.hpp"
#include "sigma/core/random.hpp"
#include "sigma/core/result.hpp"
#include "sigma/crypto/asymmetric.hpp"
#include "sigma/crypto/secret_bytes.hpp"
#include "sigma/jose/algorithm.hpp"

namespace sigma::jose {

/// Base64url of the SHA-256 of the key's required members (RFC 7638 §3). Code::invalid_input unless `jwk` is an RSA, EC
/// or OKP key with its required members as strings.
core::Result<std::string> thumbprint(const core::Json& jwk);

/// A public key that checks signatures. Immutable, safe from any thread.
class VerificationKey {
 public:
  /// RSA of 2048 to 8192 bits, EC P-256 or secp256k1, OKP Ed25519. Code::invalid_input for: any other kty or crv; an
  /// `alg` that does not fit; `use` or `key_ops` that exclude verifying; private or symmetric members; a point off the
  /// curve; numbers of the wrong length; a `kid` above 256 bytes.
  static core::Result<std::shared_ptr<const VerificationKey>> from_jwk(const core::Json& jwk);

  /// The JWK's `kid`, or nothing.
  const std::optional<std::string>& kid() const { return kid_; }
  /// True when this key may check `algorithm`: its type fits, and so does its `alg` if it has one.
  bool fits(Algorithm algorithm) const;
  /// Code::unauthorized unless `signature` (decoded) is one of this key over `input` by `algorithm`.
  core::Result<void> verify(Algorithm algorithm, std::string_view input, std::string_view signature) const;
  /// Length of its signatures in bytes; known before anything is decoded.
  std::size_t signature_size() const;

 private:
  using Key = std::variant<crypto::PublicKey, bitcoin::PublicKey>;
  VerificationKey(Key key, std::optional<std::string> kid, std::optional<Algorithm> only)
      : key_(std::move(key)), kid_(std::move(kid)), only_(only) {}

  Key key_;
  std::optional<std::string> kid_;
  std::optional<Algorithm> only_;
};

/// A private key that signs with one algorithm. Parsed once; safe from any thread at the same time.
class SigningKey {
 public:
  /// RSA keys have 2048 bits. `random` feeds ES256K; the others draw from OpenSSL's generator.
  static core::Result<std::shared_ptr<const SigningKey>> generate(Algorithm algorithm, core::Random& random);
  /// What export_private() returned for a key of the same algorithm. Code::invalid_input otherwise.
  static core::Result<std::shared_ptr<const SigningKey>> import_private(Algorithm algorithm, std::string_view bytes);
  /// PKCS#8 DER, or for ES256K the 32-byte scalar: for sealed storage only.
  core::Result<crypto::SecretBytes> export_private() const;

  Algorithm algorithm() const { return algorithm_; }
  /// RFC 7638 thumbprint: 43 characters.
  const std::string& kid() const { return kid_; }
  /// Public members with `kid`, `use` and `alg`.
  const core::Json& public_jwk() const { return public_jwk_; }
  /// The raw JWS signature over `input`: r ‖ s for ECDSA. RSA takes about 0.3 ms, the curves 0.03 ms.
  core::Result<std::string> sign(std::string_view input) const;

 private:
  using Key = std::variant<crypto::PrivateKey, bitcoin::PrivateKey>;
  SigningKey(Algorithm algorithm, Key key) : algorithm_(algorithm), key_(std::move(key)) {}
  static core::Result<std::shared_ptr<const SigningKey>> finish(Algorithm algorithm, Key key);

  Algorithm algorithm_;
  Key key_;
  std::string kid_;
  core::Json public_jwk_;
};

}  // namespace sigma::jose
