#pragma once
#include <optional>
#include <vector>

#include "sigma/core/clock.hpp"
#include "sigma/core/result.hpp"
#include "sigma/core/task.hpp"
#include "sigma/store/store.hpp"

namespace sigma::oauth {

/// A user with the identities, the primary one first.
struct Account {
  store::User user;
  std::vector<store::Profile> identities;
};

/// Accounts as a whole: what the operator, and a person who leaves, may do with them. Errors are the store's.
class AccountBook {
 public:
  AccountBook(store::Store& store, const core::Clock& clock) : store_(store), clock_(clock) {}

  core::Task<store::Found<Account>> find(store::UserId id);
  core::Task<core::Result<std::vector<store::Session>>> sessions(store::UserId id);
  /// Switched off: no sign-in, and every session and token ends now; clients are told (back-channel logout). Switching
  /// on again brings none of them back. Nothing when unknown.
  core::Task<store::Found<Account>> set_disabled(store::UserId id, bool disabled);
  /// Removes the account with all that belongs to it; clients are told. The person's key may sign up again and is then
  /// somebody new. False when unknown.
  core::Task<core::Result<bool>> remove(store::UserId id);
  /// False when it was gone already.
  core::Task<core::Result<bool>> end_session(store::SessionId id);
  /// All that the user has, in one commit; the account stays as it is. How many; nothing when unknown.
  core::Task<store::Found<std::size_t>> end_sessions(store::UserId id);
  /// Takes back what the user has allowed the client, under whichever identity; its tokens end in the same moment. The
  /// client may ask again. How many consents; 0 when there is none.
  core::Task<core::Result<std::size_t>> withdraw_consents(store::UserId id, store::ClientId client);

 private:
  store::Store& store_;
  const core::Clock& clock_;
};

}  // namespace sigma::oauth
