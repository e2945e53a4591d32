#include "jwk.hpp"
#include "sigma/core/encoding.hpp"
#include "sigma/crypto/digest.hpp"
#include "sigma/jose/jwt.hpp"
#include "sigma/jose/keys.hpp"

namespace sigma::jose {
namespace {

/// RFC 7518 §6.2.2, §6.3.2, §6.4.1: whoever publishes one of these has published a secret.
constexpr std::array kPrivateMembers = {"d", "p", "q", "dp", "dq", "qi", "oth", "k", "priv"};

/// Text longer than the largest RSA modulus is not decoded at all.
constexpr std::size_t kMaxNumberText = (crypto::kMaxRsaBits / 8 * 4 + 2) / 3;

core::Result<std::string> number(const core::Json& jwk, const char* name) {
  const auto text = core::json_string(jwk, name);
  if (!text || text->size() > kMaxNumberText) return bad_jwk(std::string(name) + " is missing or too long");
  auto bytes = core::base64url_decode(*text);
  if (!bytes) return bad_jwk(std::string(name) + " is not base64url");
  return std::move(*bytes);
}

core::Result<void> check_usage(const core::Json& jwk) {
  for (const char* name : kPrivateMembers) {
    if (jwk.contains(name)) return bad_jwk("it holds private members; send the public key only");
  }
  if (const auto use = jwk.find("use"); use != jwk.end() && *use != "sig") return bad_jwk("use must be sig");
  if (const auto operations = jwk.find("key_ops"); operations != jwk.end()) {
    const bool verifies = operations->is_array() && std::ranges::find(*operations, "verify") != operations->end();
    if (!verifies) return bad_jwk("key_ops must contain verify");
  }
  return {};
}

core::Result<std::variant<crypto::PublicKey, bitcoin::PublicKey>> parse_key(const core::Json& jwk) {
  const auto kty = core::json_string(jwk, "kty");
  const auto crv = core::json_string(jwk, "crv");
  if (kty == "RSA") {
    SIGMA_TRY(const auto modulus, number(jwk, "n"));
    SIGMA_TRY(const auto exponent, number(jwk, "e"));
    return crypto::PublicKey::rsa(modulus, exponent);
  }
  if (kty == "OKP" && crv == "Ed25519") {
    SIGMA_TRY(const auto x, number(jwk, "x"));
    return crypto::PublicKey::ed25519(x);
  }
  if (kty == "EC" && (crv == "P-256" || crv == "secp256k1")) {
    SIGMA_TRY(const auto x, number(jwk, "x"));
    SIGMA_TRY(const auto y, number(jwk, "y"));
    if (x.size() != 32 || y.size() != 32) return bad_jwk("x and y must have 32 bytes");
    if (crv == "P-256") return crypto::PublicKey::p256(x, y);
    return bitcoin::PublicKey::parse_any("\x04" + x + y);
  }
  return bad_jwk("kty and crv must be RSA, EC with P-256 or secp256k1, or OKP with Ed25519");
}

core::Error wrong_signature() {
  return {core::Code::unauthorized, "The signature is not valid."};
}

}  // namespace

core::Result<std::shared_ptr<const VerificationKey>> VerificationKey::from_jwk(const core::Json& jwk) {
  if (!jwk.is_object()) return bad_jwk("it is no JSON object");
  SIGMA_CHECK(check_usage(jwk));

  std::optional<std::string> kid;
  if (jwk.contains("kid")) {
    kid = core::json_string(jwk, "kid");
    if (!kid || kid->size() > kMaxKidSize) return bad_jwk("kid must be a string of at most 256 bytes");
  }
  SIGMA_TRY(auto parsed, parse_key(jwk));
  std::optional<Algorithm> only;
  if (jwk.contains("alg")) {
    only = parse_algorithm(core::json_string(jwk, "alg").value_or(""));
    if (!only) return bad_jwk("alg must be RS256, PS256, ES256, EdDSA, Ed25519 or ES256K");
  }
  // The constructor is private, so no make_shared.
  std::shared_ptr<const VerificationKey> key(new VerificationKey(std::move(parsed), std::move(kid), only));
  if (only && !key->fits(*only)) return bad_jwk("alg does not fit kty and crv");
  return key;
}

bool VerificationKey::fits(Algorithm algorithm) const {
  if (only_ && *only_ != algorithm) return false;
  const auto* key = std::get_if<crypto::PublicKey>(&key_);
  if (key == nullptr) return algorithm == Algorithm::ES256K;
  return algorithm != Algorithm::ES256K && crypto::key_type(scheme(algorithm)) == key->type();
}

std::size_t VerificationKey::signature_size() const {
  const auto* key = std::get_if<crypto::PublicKey>(&key_);
  return key != nullptr ? key->signature_size() : std::tuple_size_v<bitcoin::CompactSignature>;
}

core::Result<void> VerificationKey::verify(Algorithm algorithm, std::string_view input,
                                           std::string_view signature) const {
  if (!fits(algorithm)) return wrong_signature();
  bool good = false;
  if (const auto* key = std::get_if<crypto::PublicKey>(&key_)) {
    good = key->verify(scheme(algorithm), input, signature);
  } else {
    // RFC 8812 knows no low-s rule, and other libraries sign without one.
    good = std::get<bitcoin::PublicKey>(key_).verify(crypto::sha256(input), signature, bitcoin::HighS::accept);
  }
  if (!good) return wrong_signature();
  return {};
}

}  // namespace sigma::jose
