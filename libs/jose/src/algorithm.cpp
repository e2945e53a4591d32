#include "sigma/jose/algorithm.hpp"

#include "sigma/core/encoding.hpp"
#include "sigma/crypto/digest.hpp"

namespace sigma::jose {

std::string_view to_string(Algorithm algorithm) {
  switch (algorithm) {
    case Algorithm::RS256:
      return "RS256";
    case Algorithm::PS256:
      return "PS256";
    case Algorithm::ES256:
      return "ES256";
    case Algorithm::EdDSA:
      return "EdDSA";
    case Algorithm::ES256K:
      return "ES256K";
  }
  return {};
}

std::optional<Algorithm> parse_algorithm(std::string_view name) {
  if (name == "Ed25519") return Algorithm::EdDSA;  // its fully-specified name (RFC 9864 §2.2)
  const auto found = std::ranges::find_if(kAlgorithms, [&](Algorithm a) { return to_string(a) == name; });
  if (found == kAlgorithms.end()) return std::nullopt;
  return *found;
}

std::string half_hash(Algorithm algorithm, std::string_view token) {
  if (algorithm == Algorithm::EdDSA) return core::base64url_encode(crypto::view(crypto::sha512(token)).substr(0, 32));
  return core::base64url_encode(crypto::view(crypto::sha256(token)).substr(0, 16));
}

}  // namespace sigma::jose
