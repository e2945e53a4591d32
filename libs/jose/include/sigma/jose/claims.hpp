#pragma once
#include <optional>
#include <string>
#include <vector>

#include "sigma/core/clock.hpp"
#include "sigma/core/json.hpp"
#include "sigma/core/result.hpp"

namespace sigma::jose {

struct ClaimExpectations {
  std::string issuer;                                ///< `iss`, compared byte by byte
  std::vector<std::string> audiences{};              ///< one of them must be in `aud`
  bool single_audience = false;                      ///< `aud` must name nobody else (assertions to us)
  bool expired_is_fine = false;                      ///< an id_token_hint may be old; `exp` must still be there
  bool iat_may_be_missing = false;                   ///< RFC 7523 §3 leaves it open
  std::optional<core::Milliseconds> max_lifetime{};  ///< `exp` at most this far ahead of now
  std::vector<std::string> required{};               ///< members that must be non-empty strings: "sub", "jti" …
};

/// Checks `iss`, `aud`, `exp`, `iat`, `nbf` (if there) and the required members; a missing member is an invalid one.
/// `leeway` widens each time comparison. Code::unauthorized with the reason as description.
core::Result<void> check_claims(const core::Json& claims, const ClaimExpectations& expected, core::UtcTime now,
                                core::Milliseconds leeway);

}  // namespace sigma::jose
