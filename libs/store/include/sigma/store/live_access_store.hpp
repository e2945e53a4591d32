#pragma once
#include "sigma/store/database.hpp"
#include "sigma/store/rows.hpp"

namespace sigma::store {

/// An access token with everything that decides whether it is live, and what is said of its person.
struct AccessContext {
  AccessToken token;
  std::optional<Client> client;
  std::optional<User> user;
  std::optional<Profile> profile;  ///< of the token's identity
};

class LiveAccessStore {
 public:
  explicit LiveAccessStore(Database& db) : db_(db) {}
  /// One read of all rows. Nothing when there is no such token; whether it is live, the caller decides.
  core::Task<core::Result<std::optional<AccessContext>>> find(SecretHash hash);

 private:
  Database& db_;
};

}  // namespace sigma::store
