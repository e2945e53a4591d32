// The identities of a person: which they are, how another one joins, how they are shown.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "sigma/bap/resolver.hpp"
#include "sigma/core/clock.hpp"
#include "sigma/core/task.hpp"
#include "sigma/oauth/client_auth/x_auth_token.hpp"
#include "sigma/oauth/error.hpp"
#include "sigma/store/store.hpp"

namespace sigma::oauth {

/// The identity that derives from a member key, as it is before anything is known about it: its name is the address.
store::Profile identity_of_key(const store::UserId& user, const std::string& pubkey, bool primary, core::UtcTime now);

/// The identity as the chain describes it; `pubkey` is the key by which it came here.
store::Profile identity_on_chain(const store::UserId& user, const std::string& pubkey,
                                 const bap::ChainIdentity& identity, bool primary, core::UtcTime now);

/// The BAP profile (contract §9) with what only this server knows of it: the name and image chosen here.
core::Json public_profile(const store::Profile& profile);

/// access_denied: for an identity that an account has no room for (store::UserStore::kMaxProfiles).
Error too_many_identities();

inline constexpr std::string_view kIdentitiesPath = "/api/user/bap-ids";

/// What a person says of an identity of theirs, or of one that is to become theirs.
struct IdentityChange {
  std::string bap_id;         ///< must derive from the member key
  std::string member_pubkey;  ///< compressed, hex
  std::string name;           ///< 1 to 100 characters, none of them a control character
  bool primary = false;       ///< makes it the primary one; the primary one stays so until another takes its place
  std::int64_t counter = 0;   ///< of the wallet: how often its keys were rotated
  std::vector<std::string> x_auth_tokens;  ///< may prove the key: signed for kIdentitiesPath and the body
  std::string body;                        ///< exact bytes
};

/// Which identities are a person's? Thread-safe.
class IdentityBook {
 public:
  IdentityBook(store::UserStore& users, bap::Resolver& chain, XAuthTokenVerifier& x_auth_token,
               const core::Clock& clock)
      : users_(users), chain_(chain), x_auth_token_(x_auth_token), clock_(clock) {}

  /// Primary first, then oldest first.
  core::Task<Result<std::vector<store::Profile>>> of_user(store::UserId user);
  /// One of theirs; not_a_member when it is not.
  core::Task<Result<store::Profile>> of_user(store::UserId user, store::BapId bap_id);
  /// The identity that a key speaks for, as it is known here or on chain; one that is known only there has no user.
  /// validation_error when that is no key.
  core::Task<Result<std::optional<store::Profile>>> of_key(std::string pubkey);
  /// As it is known here, or on chain; nothing when it is neither.
  core::Task<Result<std::optional<store::Profile>>> find(store::BapId id);
  /// Changes one of the person's identities, or adds one to them. The key must be theirs: one they have signed in with,
  /// or one that signs this very request. bap_ownership_failed otherwise, and when another person has the identity;
  /// access_denied when the account is full.
  core::Task<Result<store::Profile>> save(store::User user, IdentityChange change);
  /// Through which identity the client saw the person last; with `pubkey`, only if the person has that member key.
  core::Task<Result<std::optional<store::BapId>>> last_used(store::User user, store::ClientId client,
                                                            std::optional<std::string> pubkey);

 private:
  store::UserStore& users_;
  bap::Resolver& chain_;
  XAuthTokenVerifier& x_auth_token_;
  const core::Clock& clock_;
};

}  // namespace sigma::oauth
