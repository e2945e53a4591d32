#pragma once
#include "sigma/store/database.hpp"
#include "sigma/store/rows.hpp"

namespace sigma::store {

/// A code with those of whom its tokens will speak.
struct CodeContext {
  AuthorizationCode code;
  std::optional<User> user;        ///< whose session the code came from, while that session lasts
  std::optional<Profile> profile;  ///< of the code's identity
};

/// The same for a refresh token, which may outlive its session.
struct RefreshContext {
  RefreshToken token;
  std::optional<User> user;
  std::optional<Profile> profile;
};

/// What an exchange decides about, in one read of all rows. Whether it is good, the caller decides.
class ExchangeStore {
 public:
  explicit ExchangeStore(Database& db) : db_(db) {}
  core::Task<core::Result<std::optional<CodeContext>>> find_code(SecretHash hash, core::UtcTime now);
  core::Task<core::Result<std::optional<RefreshContext>>> find_refresh(SecretHash hash);

 private:
  Database& db_;
};

}  // namespace sigma::store
