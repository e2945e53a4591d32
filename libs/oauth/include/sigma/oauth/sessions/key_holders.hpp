// Whose key it is: the person, and the identity that the key speaks for.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "sigma/bap/resolver.hpp"
#include "sigma/core/clock.hpp"
#include "sigma/core/task.hpp"
#include "sigma/oauth/error.hpp"
#include "sigma/store/store.hpp"

namespace sigma::oauth {

struct KeyHolder {
  std::optional<store::User> user;       ///< nothing: nobody has signed up with the key or the identity
  std::vector<store::Profile> profiles;  ///< the user's
  /// The identity that the key speaks for, as it is kept here, or as it will be.
  store::Profile identity;

  const store::Profile* find(const store::BapId& bap_id) const;
};

class KeyHolders {
 public:
  KeyHolders(store::UserStore& users, store::ChainKeyStore& keys, bap::Resolver& chain, const core::Clock& clock)
      : users_(users), keys_(keys), chain_(chain), clock_(clock) {}

  /// For a key that its holder has just proven to hold. A key speaks for the identity that derives from it, and for one
  /// that it has become the current key of on chain (contract §9) once its holder has named that one in `wanted`, now
  /// or before: anybody can publish that a foreign key is now theirs (decision 0017). Errors: user_disabled;
  /// bap_ownership_failed when another key has taken the place of this one.
  core::Task<Result<KeyHolder>> find(std::string pubkey, std::optional<std::string> wanted);

 private:
  core::Task<Result<void>> add_user(KeyHolder& holder, store::UserId id);
  core::Task<Result<KeyHolder>> of_known_user(KeyHolder holder, std::string pubkey, std::optional<std::string> wanted);
  core::Task<Result<KeyHolder>> of_stranger(KeyHolder holder, std::string pubkey, std::optional<std::string> wanted);
  core::Task<Result<bool>> names(const bap::Resolution& resolution, std::string address,
                                 const std::optional<std::string>& wanted);
  core::Task<Result<KeyHolder>> take_identity(KeyHolder holder, std::string pubkey, bap::ChainIdentity identity);

  store::UserStore& users_;
  store::ChainKeyStore& keys_;
  bap::Resolver& chain_;
  const core::Clock& clock_;
};

}  // namespace sigma::oauth
