#include "jwk.hpp"

#include "sigma/core/encoding.hpp"
#include "sigma/crypto/digest.hpp"
#include "sigma/jose/keys.hpp"

namespace sigma::jose {

Family family(Algorithm algorithm) {
  switch (algorithm) {
    case Algorithm::RS256:
    case Algorithm::PS256:
      return {"RSA", ""};
    case Algorithm::ES256:
      return {"EC", "P-256"};
    case Algorithm::ES256K:
      return {"EC", "secp256k1"};
    case Algorithm::EdDSA:
      break;
  }
  return {"OKP", "Ed25519"};
}

crypto::SignatureScheme scheme(Algorithm algorithm) {
  switch (algorithm) {
    case Algorithm::RS256:
      return crypto::SignatureScheme::rsa_pkcs1_sha256;
    case Algorithm::PS256:
      return crypto::SignatureScheme::rsa_pss_sha256;
    case Algorithm::EdDSA:
      return crypto::SignatureScheme::ed25519;
    case Algorithm::ES256:
    case Algorithm::ES256K:
      break;
  }
  return crypto::SignatureScheme::p256_ecdsa_sha256;
}

core::Error bad_jwk(std::string_view why) {
  return {core::Code::invalid_input, "The JWK is not usable: " + std::string(why) + "."};
}

core::Result<std::string> thumbprint(const core::Json& jwk) {
  const auto kty = core::json_string(jwk, "kty");
  std::vector<std::string> members;  // in the lexicographic order that RFC 7638 §3.3 asks for
  if (kty == "RSA") {
    members = {"e", "kty", "n"};
  } else if (kty == "EC") {
    members = {"crv", "kty", "x", "y"};
  } else if (kty == "OKP") {
    members = {"crv", "kty", "x"};
  } else {
    return bad_jwk("kty must be RSA, EC or OKP");
  }
  core::Json required = core::Json::object();  // a sorted map, written without blanks
  for (const auto& name : members) {
    const auto value = core::json_string(jwk, name);
    if (!value) return bad_jwk(name + " is missing");
    required[name] = *value;
  }
  return core::base64url_encode(crypto::view(crypto::sha256(core::dump_json(required))));
}

}  // namespace sigma::jose
