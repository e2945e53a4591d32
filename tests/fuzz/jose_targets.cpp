#include "sigma/core/json.hpp"
#include "sigma/crypto/asymmetric.hpp"
#include "sigma/jose/key_set.hpp"
#include "sigma/jose/keys.hpp"
#include "targets.hpp"

namespace sigma::fuzz {

SIGMA_FUZZ(jwt) {
  const auto decoded = jose::decode_jwt(input);
  bool asked = false;
  const auto verified = jose::verify_jwt(
      input,
      [&asked](const std::optional<std::string>&, jose::Algorithm) -> std::shared_ptr<const jose::VerificationKey> {
        asked = true;
        return nullptr;
      },
      {.algorithms = {jose::Algorithm::RS256, jose::Algorithm::ES256, jose::Algorithm::EdDSA, jose::Algorithm::ES256K},
       .types = {"JWT"},
       .typ_may_be_missing = true});
  promise(!verified, "nothing is verified without a key");
  if (asked) promise(decoded.has_value(), "a key is looked for after the token was read");
}

SIGMA_FUZZ(jwk_set) {
  const auto json = core::parse_json(input);
  if (!json) return;
  if (const auto set = jose::JwkSet::parse(*json)) promise(set->size() <= 32, "32 keys at most");
  if (const auto key = jose::VerificationKey::from_jwk(*json)) {
    promise(jose::thumbprint(*json).has_value(), "a key has a thumbprint");
    for (const auto algorithm :
         {jose::Algorithm::RS256, jose::Algorithm::ES256, jose::Algorithm::EdDSA, jose::Algorithm::ES256K})
      promise(!(*key)->verify(algorithm, "text", std::string(64, '\x01')), "no signature from nowhere");
  }
}

// DER: keys as PKCS#8.
SIGMA_FUZZ(pkcs8) {
  for (const auto type : {crypto::KeyType::rsa, crypto::KeyType::p256, crypto::KeyType::ed25519}) {
    const auto key = crypto::PrivateKey::from_pkcs8(type, input);
    if (!key) continue;
    promise(key->type() == type, "a key of the type that was asked for");
    promise(key->public_components().has_value(), "a key has a public half");
    promise(key->to_pkcs8().has_value(), "a key that was read can be written");
  }
}

}  // namespace sigma::fuzz
