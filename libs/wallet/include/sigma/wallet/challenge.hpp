// What a wallet signs to be connected to one account: a text for people and machines, in the manner of EIP-4361.
#pragma once
#include <string>
#include <string_view>

#include "sigma/core/clock.hpp"
#include "sigma/core/random.hpp"
#include "sigma/crypto/sealer.hpp"
#include "sigma/oauth/error.hpp"
#include "sigma/store/rows.hpp"

namespace sigma::wallet {

inline constexpr core::Milliseconds kChallengeLifetime = std::chrono::minutes{5};

/// For whom and where a challenge is good.
struct ChallengePurpose {
  std::string base_url;  ///< of this server
  store::BapId bap_id;   ///< the identity that the wallet joins
  store::SessionId session_id;
};

struct Challenge {
  std::string text;  ///< lines that end with a seal over all the others
  std::string nonce;
  core::UtcTime expires_at;
};

/// Makes and reads challenges; keeps nothing. That a challenge is used once only is the caller's part, by its nonce.
class ChallengeBook {
 public:
  ChallengeBook(const crypto::Sealer& sealer, const core::Clock& clock, core::Random& random)
      : sealer_(sealer), clock_(clock), random_(random) {}

  Challenge make(const ChallengePurpose& purpose) const;
  /// The challenge, when `text` is, byte by byte, one that make() gave for this purpose and that has not expired.
  /// invalid_challenge with what is wrong otherwise (security case 62).
  oauth::Result<Challenge> open(std::string_view text, const ChallengePurpose& purpose) const;

 private:
  const crypto::Sealer& sealer_;
  const core::Clock& clock_;
  core::Random& random_;
};

}  // namespace sigma::wallet
