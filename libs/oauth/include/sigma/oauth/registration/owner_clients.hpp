#pragma once
#include <optional>
#include <string>
#include <vector>

#include "sigma/oauth/error.hpp"
#include "sigma/oauth/registration/client_registry.hpp"
#include "sigma/oauth/registration/key_proofs.hpp"
#include "sigma/oauth/registration/remote_documents.hpp"
#include "sigma/oauth/settings.hpp"
#include "sigma/store/store.hpp"

namespace sigma::oauth {

/// What a person says of a client of theirs.
struct OwnedClientRequest {
  core::Json metadata;
  KeyProofs proofs;                   ///< of member_pubkeys that are not keys of the person's identities
  std::optional<store::ClientId> id;  ///< wanted; otherwise one is made
  std::optional<store::BapId> owner;  ///< one of the person's identities; otherwise the session's, or the only one
};

/// Clients of people who are signed in (contract §6, §8b). A client belongs to an identity; whoever has the identity
/// may see and change it, within what is listed for owners (security case 60). To anybody else it does not exist.
class OwnerClients {
 public:
  static constexpr std::int64_t kMaxPerIdentity = 50;

  OwnerClients(store::Store& store, XAuthTokenVerifier& x_auth_token, RemoteDocuments& documents,
               const core::Clock& clock, core::Random& random, const Settings& settings)
      : store_(store),
        registry_(store.clients, clock, random, registration_rules(Registrar::owner, settings)),
        x_auth_token_(x_auth_token),
        documents_(documents),
        clock_(clock) {}

  /// Errors: invalid_redirect_uri, invalid_client_metadata (also: the id is taken, or no identity to own it),
  /// access_denied (not their identity, or too many clients).
  core::Task<Result<IssuedClient>> create(const store::SessionWithUser& session, OwnedClientRequest request);
  /// Of all the person's identities.
  core::Task<Result<std::vector<store::Client>>> list(const store::UserId& user);
  /// not_found for what is not theirs.
  core::Task<Result<store::Client>> find(const store::UserId& user, store::ClientId id);
  /// Errors as create(), and not_found; access_denied for a client that the operator has switched off.
  core::Task<Result<IssuedClient>> update(const store::UserId& user, store::ClientId id, OwnedClientRequest request);
  /// The old secrets end at once.
  core::Task<Result<IssuedClient>> rotate_secret(const store::UserId& user, store::ClientId id);
  core::Task<Result<void>> remove(const store::UserId& user, store::ClientId id);

 private:
  core::Task<Result<store::BapId>> choose_owner(const store::SessionWithUser& session,
                                                std::optional<store::BapId> wanted);
  core::Task<Result<void>> check_keys(const store::UserId& user, const store::Client& client, KeyProofs proofs,
                                      std::vector<std::string> proven);
  core::Task<Result<store::Client>> find_changeable(const store::UserId& user, store::ClientId id);

  store::Store& store_;
  ClientRegistry registry_;
  XAuthTokenVerifier& x_auth_token_;
  RemoteDocuments& documents_;
  const core::Clock& clock_;
};

}  // namespace sigma::oauth
