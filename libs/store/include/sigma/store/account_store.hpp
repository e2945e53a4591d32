#pragma once
#include <string>
#include <vector>

#include "sigma/core/clock.hpp"
#include "sigma/core/result.hpp"
#include "sigma/core/task.hpp"
#include "sigma/store/database.hpp"
#include "sigma/store/rows.hpp"

namespace sigma::store {

/// A part of a list that is ordered by id, newest first (ids are UUIDv7).
struct NewestFirst {
  std::size_t limit = 50;  ///< 1 to 200
  std::string after;       ///< last id of the previous page, empty for the first
};

/// Accounts as a whole, for who administers them: what spans users, sessions, grants and identities in one commit.
class AccountStore {
 public:
  explicit AccountStore(Database& db) : db_(db) {}

  /// With `search`: users whose name, e-mail address or identity's name begins with that text (ASCII letters in any
  /// case, no wildcards), or whose id, key or identity it is; and of the newest 20,000 those whose name or address
  /// holds it.
  core::Task<core::Result<std::vector<User>>> list_users(NewestFirst page, std::string search);
  /// Live sessions of all users.
  core::Task<core::Result<std::vector<Session>>> list_sessions(NewestFirst page, UtcTime now);

  /// Switched off: in the same commit every session ends (as SessionStore::remove(), deliveries queued) and every grant
  /// is revoked, those with offline_access too. Consents and identities stay. False when unknown.
  core::Task<core::Result<bool>> set_disabled(UserId id, bool disabled, UtcTime now);
  /// Removes the user with sessions (deliveries queued), codes, tokens, consents, device codes, identities and their
  /// encrypted backups. Clients that the identities own stay. False when unknown.
  core::Task<core::Result<bool>> remove(UserId id, UtcTime now);

 private:
  Database& db_;
};

}  // namespace sigma::store
