#pragma once
#include <array>
#include <optional>
#include <string>
#include <string_view>

namespace sigma::jose {

/// Every signature algorithm there is for us. `none` and HS* have no value, so no code path can choose them.
enum class Algorithm {
  RS256,   ///< RSASSA-PKCS1-v1_5, SHA-256 (RFC 7518 §3.3)
  PS256,   ///< RSASSA-PSS, SHA-256, MGF1 with SHA-256, 32-byte salt (RFC 7518 §3.5)
  ES256,   ///< ECDSA on P-256, SHA-256 (RFC 7518 §3.4)
  EdDSA,   ///< Ed25519 (RFC 8037)
  ES256K,  ///< ECDSA on secp256k1, SHA-256 (RFC 8812)
};

inline constexpr std::array kAlgorithms = {Algorithm::RS256, Algorithm::PS256, Algorithm::ES256, Algorithm::EdDSA,
                                           Algorithm::ES256K};

/// The JOSE name.
std::string_view to_string(Algorithm algorithm);
/// Exact, case-sensitive; Ed25519 (RFC 9864 §2.2) is another name of EdDSA. Nothing for every other text.
std::optional<Algorithm> parse_algorithm(std::string_view name);

/// `at_hash` or `c_hash` of an ID token signed with `algorithm`: base64url of the left half of the hash of `token`
/// (OpenID Connect Core §3.1.3.6). SHA-256, except SHA-512 for Ed25519, which uses it inside.
std::string half_hash(Algorithm algorithm, std::string_view token);

}  // namespace sigma::jose
