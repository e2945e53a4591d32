#pragma once
#include <string>

#include "sigma/core/clock.hpp"
#include "sigma/core/random.hpp"
#include "sigma/core/task.hpp"
#include "sigma/crypto/sealer.hpp"
#include "sigma/store/store.hpp"

namespace sigma::oauth {

/// The `sub` under which a client knows a person (OpenID Connect Core §8): the user's id, or for clients registered
/// with subject_type=pairwise a value that clients of another sector cannot relate to it. It never changes.
class SubjectIdentifiers {
 public:
  SubjectIdentifiers(store::ServerSecretStore& secrets, const crypto::Sealer& sealer, const core::Clock& clock,
                     core::Random& random)
      : secrets_(secrets), sealer_(sealer), clock_(clock), random_(random) {}

  /// Makes the salt of pairwise subjects, or reads the one that another replica made.
  core::Task<core::Result<void>> start();

  std::string for_client(const store::Client& client, const store::UserId& user) const;

 private:
  store::ServerSecretStore& secrets_;
  const crypto::Sealer& sealer_;
  const core::Clock& clock_;
  core::Random& random_;
  crypto::SecretBytes salt_;
};

/// The host of sector_identifier_uri, else of the first redirect URI (OpenID Connect Core §8.1), else the client's id.
std::string sector_identifier(const store::Client& client);

}  // namespace sigma::oauth
