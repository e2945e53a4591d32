// Proof of possession at the application layer (RFC 9449).
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "sigma/core/clock.hpp"
#include "sigma/core/json.hpp"
#include "sigma/core/task.hpp"
#include "sigma/crypto/sealer.hpp"
#include "sigma/oauth/error.hpp"
#include "sigma/oauth/settings.hpp"
#include "sigma/store/store.hpp"

namespace sigma::oauth {

/// What a request brings: its DPoP headers, and where it came in.
struct DpopProof {
  std::vector<std::string> headers;  ///< every DPoP header
  std::string method;                ///< "POST"
  std::string path;                  ///< of the request; with the base URL it makes `htu`
};

/// An access token as it was presented (RFC 6750, RFC 9449 §7.1).
struct PresentedToken {
  std::string token;
  bool with_dpop_scheme = false;        ///< Authorization: DPoP …
  std::optional<std::string> dpop_jkt;  ///< thumbprint of the key whose possession was proven for this request
};

/// Checks proofs (RFC 9449 §4.3): signature by the key inside, method, URL, age, the server's nonce, single use.
class DpopVerifier {
 public:
  DpopVerifier(store::ReplayGuard& replay, const crypto::Sealer& sealer, const core::Clock& clock,
               const Settings& settings)
      : replay_(replay), sealer_(sealer), clock_(clock), settings_(settings) {}

  /// The thumbprint of the proven key (RFC 7638), or nothing when no proof was sent. With `access_token`, the proof
  /// must be bound to it (`ath`). Errors: invalid_dpop_proof, use_dpop_nonce.
  core::Task<Result<std::optional<std::string>>> verify(DpopProof proof, std::optional<std::string> access_token = {});

  /// The nonce that proofs must carry now (RFC 9449 §8). Nothing is stored: it is a time under our own MAC, so every
  /// replica knows every other's. It is good for two to four minutes.
  std::string nonce() const;

 private:
  bool is_fresh_nonce(std::string_view nonce) const;
  std::string nonce_of(std::int64_t period) const;
  Result<std::string> check_claims(const core::Json& claims, const DpopProof& proof,
                                   const std::optional<std::string>& access_token) const;

  store::ReplayGuard& replay_;
  const crypto::Sealer& sealer_;
  const core::Clock& clock_;
  const Settings& settings_;
};

/// The `jkt` of the confirmation in a token's details (RFC 9449 §6): the key it is bound to.
std::optional<std::string> bound_key(const core::Json& details);
/// A token may be used as it was presented: a bound one with its key only, an unbound one as Bearer only.
bool is_presented_rightly(const PresentedToken& presented, const core::Json& details);

/// Algorithms that proofs may be signed with.
std::vector<std::string> dpop_algorithms();

}  // namespace sigma::oauth
