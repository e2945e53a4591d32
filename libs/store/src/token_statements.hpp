// The SQL behind TokenStore.
#pragma once
#include "sigma/store/store.hpp"
#include "statements.hpp"

namespace sigma::store {

bool has_offline_access(const std::vector<std::string>& scopes);

Result<void> insert_grant(Connection& connection, const AuthorizationCode& code);
/// The row that lets a user's token be revoked by session and consent, unless its grant has one.
Result<void> insert_grant_of(Connection& connection, const AccessToken& token);
Result<void> insert_access(Connection& connection, const AccessToken& token);
Result<void> insert_tokens(Connection& connection, const IssuedTokens& tokens);
/// Until when the tokens' grant must be kept.
UtcTime last_expiry(const IssuedTokens& tokens);

Result<std::optional<AuthorizationCode>> select_code(Connection& connection, const SecretHash& hash);
Result<std::optional<AccessToken>> select_access(Connection& connection, const SecretHash& hash);
Result<std::optional<RefreshToken>> select_refresh(Connection& connection, const SecretHash& hash);
Result<bool> code_exists(Connection& connection, const SecretHash& hash);
Result<bool> refresh_exists(Connection& connection, const SecretHash& hash);

/// False when the code was not there to be redeemed.
Result<bool> redeem(Connection& connection, const SecretHash& hash, UtcTime now, const IssuedTokens& tokens);

struct Rotation {
  SecretHash old_hash;
  UtcTime now;
  std::string request_fingerprint;
  std::string sealed_answer;
  IssuedTokens successors;
};
/// False when the token was not there to be rotated.
Result<bool> rotate(Connection& connection, const Rotation& rotation);

}  // namespace sigma::store
