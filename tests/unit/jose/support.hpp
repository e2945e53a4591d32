#pragma once
#include <fstream>
#include <sstream>

#include "sigma/core/encoding.hpp"
#include "sigma/core/json.hpp"
#include "sigma/core/testing/fixed.hpp"
#include "sigma/jose/key_set.hpp"

namespace sigma::jose::testing {

inline core::Json read_vectors(const std::string& name) {
  std::ifstream file(std::string(SIGMA_VECTORS_DIR "/jose/") + name);
  std::stringstream text;
  text << file.rdbuf();
  return core::parse_json(text.str()).value();
}

inline std::string unbase64url(const core::Json& text) {
  return core::base64url_decode(text.get_ref<const std::string&>()).value();
}

/// One key of each algorithm for the whole program: making an RSA key is slow.
inline std::shared_ptr<const SigningKey> key_of(Algorithm algorithm) {
  static const auto keys = [] {
    core::testing::SeededRandom random;
    std::map<Algorithm, std::shared_ptr<const SigningKey>> out;
    for (const Algorithm a : kAlgorithms) out[a] = SigningKey::generate(a, random).value();
    return out;
  }();
  return keys.at(algorithm);
}

inline std::shared_ptr<const VerificationKey> verifier_of(Algorithm algorithm) {
  return VerificationKey::from_jwk(key_of(algorithm)->public_jwk()).value();
}

/// header.claims.signature from any texts, signed by `key` whatever the header says.
inline std::string forge(std::string_view header, std::string_view claims, const SigningKey& key) {
  const std::string input = core::base64url_encode(header) + "." + core::base64url_encode(claims);
  return input + "." + core::base64url_encode(key.sign(input).value());
}

}  // namespace sigma::jose::testing
