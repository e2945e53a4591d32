// The SQL behind TokenStore.
#pragma once
#include "sigma/store/store.hpp"
#include "statements.hpp"

namespace sigma::store {

bool has_offline_access(const std::vector<std::string>& scopes);

/// Columns of grants in the order in which read_row() takes those of a code.
inline constexpr std::string_view kCodeColumns =
    "code_hash, id, client_id, user_id, session_id, bap_id, redirect_uri, redirect_uri_was_sent, code_challenge, "
    "scopes, nonce, acr, claims, resources, dpop_jkt, auth_time, created_at, code_expires_at, consumed_at, revoked_at";
/// Of refresh_tokens t with its grant g.
inline constexpr std::string_view kRefreshTokenColumns =
    "t.hash, t.grant_id, t.client_id, t.user_id, t.session_id, t.bap_id, t.scopes, t.resources, t.details, "
    "t.auth_time, t.created_at, t.expires_at, t.rotated_at, COALESCE(t.revoked_at, g.revoked_at), t.sealed_answer, "
    "t.request_fingerprint";

void read_row(Columns columns, AuthorizationCode& code);
void read_row(Columns columns, RefreshToken& token);
const Query& select_code();     ///< $1: its hash
const Query& select_access();   ///< $1: its hash
const Query& select_refresh();  ///< $1: its hash

/// A change that is one statement (in Postgres). The parameters view what it was made from.
struct Change {
  const Query& query;
  Params params;
};
Change grant_insertion(const AuthorizationCode& code);
/// Changes nothing when the person's consent does not hold all of `scopes`.
Change consented_grant_insertion(const AuthorizationCode& code, const std::vector<std::string>& scopes);
Change access_insertion(const AccessToken& token);
/// The row that lets a user's token be revoked by session and consent, unless its grant has one.
Result<void> insert_grant_of(Connection& connection, const AccessToken& token);
Result<void> insert_tokens(Connection& connection, const IssuedTokens& tokens);
/// Until when the tokens' grant must be kept.
UtcTime last_expiry(const IssuedTokens& tokens);

Result<bool> code_exists(Connection& connection, const SecretHash& hash);
Result<bool> refresh_exists(Connection& connection, const SecretHash& hash);

/// Postgres: consumes the code and stores what it turns into; changes nothing when it was not there to be redeemed.
Change redemption(const SecretHash& hash, UtcTime now, const IssuedTokens& tokens);
/// The same in either dialect. False when the code was not there to be redeemed.
Result<bool> redeem(Connection& connection, const SecretHash& hash, UtcTime now, const IssuedTokens& tokens);

struct Rotation {
  SecretHash old_hash;
  UtcTime now;
  std::string request_fingerprint;
  std::string sealed_answer;
  IssuedTokens successors;
};
/// Postgres: the same for a refresh token.
Change rotation_at_once(const Rotation& rotation);
/// False when the token was not there to be rotated.
Result<bool> rotate(Connection& connection, const Rotation& rotation);

}  // namespace sigma::store
