// The wallets that people connect to their identities (contract §8).
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "sigma/core/clock.hpp"
#include "sigma/core/random.hpp"
#include "sigma/core/task.hpp"
#include "sigma/oauth/client_auth/x_auth_token.hpp"
#include "sigma/oauth/error.hpp"
#include "sigma/store/store.hpp"
#include "sigma/store/wallet_store.hpp"
#include "sigma/wallet/challenge.hpp"

namespace sigma::wallet {

inline constexpr std::int64_t kMaxWallets = 20;  ///< of one person
/// Paths that a proof may be signed for (contract §1).
inline constexpr std::string_view kConnectPath = "/api/wallet/connect";
inline constexpr std::string_view kShortConnectPath = "/wallet/connect";

struct WalletPolicy {
  std::string base_url;  ///< public origin of this server
  /// Refuse proofs that do not name the account. Off, because clients of the cloud know no other.
  bool require_challenge = false;
};

struct ConnectRequest {
  std::string bap_id;
  std::string auth_token;                ///< X-Auth-Token of the wallet's key for kConnectPath
  std::string provider = "yours";        ///< 1 to 32 of a–z, 0–9, '-', '_'
  std::optional<std::string> challenge;  ///< what the token signs as its body; makes the proof one for this account
};

class WalletBook {
 public:
  WalletBook(store::WalletStore& wallets, store::Store& store, const crypto::Sealer& sealer, const core::Clock& clock,
             core::Random& random, WalletPolicy policy)
      : wallets_(wallets),
        users_(store.users),
        replay_(store.replay),
        x_auth_token_(store.replay, clock),
        challenges_(sealer, clock, random),
        clock_(clock),
        policy_(std::move(policy)) {}

  /// A text for the wallet to sign, good for one connection to this identity in this session within 5 minutes.
  /// not_a_member when the identity is not the person's.
  core::Task<oauth::Result<Challenge>> challenge(store::SessionWithUser session, std::string bap_id);
  /// Connects the wallet whose key signed. A proof without challenge is good for one use by whoever brings it first, so
  /// it never takes a wallet from another account; one with a challenge names the account and does. Errors: those of
  /// the token, invalid_challenge, not_a_member, wallet_connected_elsewhere, too_many_wallets, validation_error.
  core::Task<oauth::Result<store::Wallet>> connect(store::SessionWithUser session, ConnectRequest request);
  /// Of one identity, or of all of the person's.
  core::Task<oauth::Result<std::vector<store::Wallet>>> list(store::UserId user, std::optional<std::string> bap_id);
  /// wallet_not_found when that identity of the person has no such wallet.
  core::Task<oauth::Result<void>> disconnect(store::UserId user, std::string bap_id, std::string address);
  core::Task<oauth::Result<void>> set_primary(store::UserId user, std::string bap_id, std::string address);

 private:
  core::Task<oauth::Result<void>> check_owner(store::UserId user, store::BapId bap_id);
  ChallengePurpose purpose(const store::SessionWithUser& session, const store::BapId& bap_id) const;

  store::WalletStore& wallets_;
  store::UserStore& users_;
  store::ReplayGuard& replay_;
  oauth::XAuthTokenVerifier x_auth_token_;
  const ChallengeBook challenges_;
  const core::Clock& clock_;
  const WalletPolicy policy_;
};

}  // namespace sigma::wallet
