// X-Auth-Token (contract §1) with the single-use rule: the only door through which such a token is believed.
#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "sigma/bitcoin/auth_token.hpp"
#include "sigma/core/clock.hpp"
#include "sigma/core/task.hpp"
#include "sigma/store/store.hpp"

namespace sigma::oauth {

/// What a route expects of a token.
struct XAuthTokenRule {
  std::vector<std::string> paths;   ///< canonical path first
  std::vector<std::string> bodies;  ///< byte strings of which the token may sign one
  bool body_optional = false;       ///< a token that signs no body is fine too
};

struct XAuthTokenFault {
  bool malformed = false;   ///< shape, scheme or key cannot be read, as opposed to a proof that does not hold
  std::string description;  ///< for the caller
};

class XAuthTokenVerifier {
 public:
  XAuthTokenVerifier(store::ReplayGuard& replay, const core::Clock& clock) : replay_(replay), clock_(clock) {}

  /// Every check of contract §1 in order, the replay check last. An outage is core::Error; a bad token is a fault.
  struct Outcome {
    std::optional<bitcoin::VerifiedAuthToken> token;
    XAuthTokenFault fault;  ///< meaningful when there is no token
  };
  core::Task<core::Result<Outcome>> verify(std::string token, XAuthTokenRule rule);

 private:
  store::ReplayGuard& replay_;
  const core::Clock& clock_;
};

}  // namespace sigma::oauth
