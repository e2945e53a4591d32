#include "jwk.hpp"
#include "sigma/core/encoding.hpp"
#include "sigma/crypto/digest.hpp"
#include "sigma/jose/keys.hpp"

namespace sigma::jose {
namespace {

core::Result<core::Json> public_members(Algorithm algorithm,
                                        const std::variant<crypto::PrivateKey, bitcoin::PrivateKey>& key) {
  crypto::PublicComponents numbers;
  if (const auto* ours = std::get_if<crypto::PrivateKey>(&key)) {
    SIGMA_TRY(numbers, ours->public_components());
  } else {
    const auto point = std::get<bitcoin::PrivateKey>(key).public_key().uncompressed();  // 04 ‖ x ‖ y
    numbers = {std::string(crypto::view(point).substr(1, 32)), std::string(crypto::view(point).substr(33))};
  }
  const auto [kty, crv] = family(algorithm);
  core::Json jwk = {{"kty", kty}};
  if (crv.empty()) {
    jwk["n"] = core::base64url_encode(numbers.first);
    jwk["e"] = core::base64url_encode(numbers.second);
    return jwk;
  }
  jwk["crv"] = crv;
  jwk["x"] = core::base64url_encode(numbers.first);
  if (kty == "EC") jwk["y"] = core::base64url_encode(numbers.second);
  return jwk;
}

}  // namespace

core::Result<std::shared_ptr<const SigningKey>> SigningKey::finish(Algorithm algorithm, Key key) {
  std::shared_ptr<SigningKey> out(new SigningKey(algorithm, std::move(key)));  // private constructor
  SIGMA_TRY(out->public_jwk_, public_members(algorithm, out->key_));
  SIGMA_TRY(out->kid_, thumbprint(out->public_jwk_));
  out->public_jwk_["kid"] = out->kid_;
  out->public_jwk_["use"] = "sig";
  out->public_jwk_["alg"] = to_string(algorithm);
  return out;
}

core::Result<std::shared_ptr<const SigningKey>> SigningKey::generate(Algorithm algorithm, core::Random& random) {
  if (algorithm == Algorithm::ES256K) return finish(algorithm, bitcoin::PrivateKey::generate(random));
  SIGMA_TRY(auto key, crypto::PrivateKey::generate(crypto::key_type(scheme(algorithm))));
  return finish(algorithm, std::move(key));
}

core::Result<std::shared_ptr<const SigningKey>> SigningKey::import_private(Algorithm algorithm,
                                                                           std::string_view bytes) {
  if (algorithm == Algorithm::ES256K) {
    SIGMA_TRY(auto key, bitcoin::PrivateKey::from_bytes(bytes));
    return finish(algorithm, std::move(key));
  }
  SIGMA_TRY(auto key, crypto::PrivateKey::from_pkcs8(crypto::key_type(scheme(algorithm)), bytes));
  return finish(algorithm, std::move(key));
}

core::Result<crypto::SecretBytes> SigningKey::export_private() const {
  if (const auto* key = std::get_if<crypto::PrivateKey>(&key_)) return key->to_pkcs8();
  return crypto::SecretBytes(std::get<bitcoin::PrivateKey>(key_).secret_bytes());
}

core::Result<std::string> SigningKey::sign(std::string_view input) const {
  if (const auto* key = std::get_if<crypto::PrivateKey>(&key_)) return key->sign(scheme(algorithm_), input);
  return crypto::to_string(std::get<bitcoin::PrivateKey>(key_).sign_digest(crypto::sha256(input)));
}

}  // namespace sigma::jose
