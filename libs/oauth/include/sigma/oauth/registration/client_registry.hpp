#pragma once
#include <optional>
#include <string>

#include "sigma/core/clock.hpp"
#include "sigma/core/json.hpp"
#include "sigma/core/random.hpp"
#include "sigma/core/result.hpp"
#include "sigma/core/task.hpp"
#include "sigma/oauth/registration/client_metadata.hpp"
#include "sigma/store/store.hpp"

namespace sigma::oauth {

/// A client and, when one was just made, its secret: nobody can read it again.
struct IssuedClient {
  store::Client client;
  std::optional<std::string> secret;
  std::optional<store::Client> before = {};  ///< of a change
};

/// What a change did, for the audit log: {"changed": [members]}, and for flags and addresses, which decide where people
/// and tokens go, {"from", "to"} under their name (null: not there), unless they are very long.
core::Json describe_change(const store::Client& before, const store::Client& after);
inline core::Json describe_change(const IssuedClient& issued) {
  return issued.before ? describe_change(*issued.before, issued.client) : core::Json::object();
}

/// Whether `id` has the form of those that ClientRegistry makes, which nobody can choose.
bool is_made_client_id(std::string_view id);

/// render_client() with client_secret and client_secret_expires_at (RFC 7591 §3.2.1) when there is a new secret.
core::Json render_issued(const IssuedClient& issued);

/// Registers and changes clients: what the admin API, the command line, owners and clients themselves share.
/// Errors: Code::invalid_input (what to fix), not_found, conflict (id taken; changed by somebody else again and again),
/// and the store's.
class ClientRegistry {
 public:
  ClientRegistry(store::ClientStore& clients, const core::Clock& clock, core::Random& random,
                 RegistrationRules rules = {})
      : clients_(clients), clock_(clock), random_(random), rules_(std::move(rules)) {}

  /// Without client_id: one of 32 letters. With a client_secret_* method: makes the secret.
  core::Task<core::Result<IssuedClient>> create(core::Json metadata);
  /// The same for a client that was read and judged already. Code::forbidden when there are as many as `limit` allows.
  core::Task<core::Result<IssuedClient>> add(store::Client client, std::optional<store::ClientLimit> limit = {});
  core::Task<core::Result<store::Client>> load(store::ClientId id);
  /// A change to a client_secret_* method makes a secret, a change away from it forgets them.
  core::Task<core::Result<IssuedClient>> update(store::ClientId id, core::Json patch);
  /// Puts `changed` in the place of `current` and does for its secrets what update() does. Code::conflict when somebody
  /// else changed the client since.
  core::Task<core::Result<IssuedClient>> replace(store::Client current, store::Client changed);
  core::Task<core::Result<void>> remove(store::ClientId id);

  /// Adds the key, or gives the registered one another period of validity.
  core::Task<core::Result<store::Client>> add_key(store::ClientId id, core::Json key);
  /// Code::conflict for the last key: the client would have none to authenticate with.
  core::Task<core::Result<store::Client>> remove_key(store::ClientId id, std::string pubkey);
  /// Makes a secret; the newest of the old ones stays valid for `overlap`, the others end now.
  core::Task<core::Result<IssuedClient>> rotate_secret(store::ClientId id, core::Milliseconds overlap);

  const RegistrationRules& rules() const { return rules_; }

 private:
  core::Result<void> check_resources(const core::Json& metadata) const;
  /// Reads, changes, and writes unless somebody else did in between; then again.
  template <class Change>
  core::Task<core::Result<IssuedClient>> modify(store::ClientId id, Change change);
  IssuedClient with_secret(store::Client client);
  /// Nothing when the client is not as `current` any more.
  core::Task<core::Result<std::optional<IssuedClient>>> write(store::Client current, store::Client changed);
  std::string add_secret(store::Client& client);

  store::ClientStore& clients_;
  const core::Clock& clock_;
  core::Random& random_;
  const RegistrationRules rules_;
};

}  // namespace sigma::oauth
