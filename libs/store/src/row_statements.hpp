// Rows that several stores read.
#pragma once
#include "sigma/store/store.hpp"
#include "statements.hpp"

namespace sigma::store {

/// Columns of a table in the order in which read_row() takes them.
inline constexpr std::string_view kClientColumns =
    "id, name, auth_method, redirect_uris, grant_types, scopes, member_keys, secrets, owner_bap_id, skip_consent, "
    "disabled, metadata, registration_token, expires_at, created_at, updated_at";
inline constexpr std::string_view kUserColumns =
    "id, name, email, email_verified, image, pubkey, subscription_tier, roles, disabled, created_at, updated_at";
inline constexpr std::string_view kProfileColumns =
    "bap_id, user_id, name, image, member_pubkey, is_primary, counter, profile, created_at, updated_at";
/// Of access_tokens t with its grant g, if it has one.
inline constexpr std::string_view kLiveAccessColumns =
    "t.hash, t.grant_id, t.client_id, t.user_id, t.session_id, t.bap_id, t.scopes, t.audience, t.details, "
    "t.auth_time, t.created_at, t.expires_at, CASE WHEN t.revoked_at IS NULL THEN g.revoked_at ELSE t.revoked_at END";

void read_row(Columns columns, Client& client);
void read_row(Columns columns, User& user);
void read_row(Columns columns, Profile& profile);
void read_row(Columns columns, AccessToken& token);

/// Writers of one person queue up at their row: what they count and what they then write is one step. On Postgres it
/// also keeps new rows out that refer to it. False when there is no such user.
Result<bool> lock_user(Connection& connection, const UserId& id);

/// "t.a, t.b" of "a, b".
std::string of_table(std::string_view alias, std::string_view columns);
/// How many columns a list names.
constexpr int count_columns(std::string_view columns) {
  return 1 + static_cast<int>(std::count(columns.begin(), columns.end(), ','));
}

}  // namespace sigma::store
