#include "token_statements.hpp"

#include "row_statements.hpp"

namespace sigma::store {

void read_row(Columns columns, AuthorizationCode& code) {
  columns.read(code.hash, code.grant_id, code.client_id, code.user_id, code.session_id, code.bap_id, code.redirect_uri,
               code.redirect_uri_was_sent, code.code_challenge, code.scopes, code.nonce, code.acr, code.claims,
               code.resources, code.dpop_jkt, code.auth_time, code.created_at, code.expires_at, code.consumed_at,
               code.revoked_at);
}

void read_row(Columns columns, AccessToken& token) {
  columns.read(token.hash, token.grant_id, token.client_id, token.user_id, token.session_id, token.bap_id, token.scopes,
               token.audience, token.details, token.auth_time, token.created_at, token.expires_at, token.revoked_at);
}

void read_row(Columns columns, RefreshToken& token) {
  columns.read(token.hash, token.grant_id, token.client_id, token.user_id, token.session_id, token.bap_id, token.scopes,
               token.resources, token.details, token.auth_time, token.created_at, token.expires_at, token.rotated_at,
               token.revoked_at);
  columns.read_bytes(token.sealed_answer);
  columns.read_bytes(token.request_fingerprint);
}

namespace {

/// A grant's row outlives its tokens by at least nothing and at most this: it is moved once a day, not at each
/// rotation.
constexpr std::int64_t kGrantSlackMs = 24 * 3600 * 1000;

const std::string kGrantColumns =
    "id, code_hash, client_id, user_id, session_id, bap_id, redirect_uri, redirect_uri_was_sent, code_challenge, "
    "scopes, "
    "offline_access, nonce, acr, claims, resources, dpop_jkt, auth_time, created_at, code_expires_at, expires_at";
constexpr int kGrantColumnCount = 20;

const std::string kAccessColumns =
    "hash, grant_id, client_id, user_id, session_id, bap_id, scopes, audience, details, auth_time, created_at, "
    "expires_at";
const std::string kRefreshColumns =
    "hash, grant_id, client_id, user_id, session_id, bap_id, scopes, resources, details, auth_time, created_at, "
    "expires_at";
constexpr int kTokenColumnCount = 12;

// Withdrawing or narrowing a consent revokes what was granted by then. Holding the row keeps both from happening
// between the look at it and the commit of the grant (Postgres; SQLite has one writer at a time).
const std::string kInsertConsentedGrant = "INSERT INTO grants (" + kGrantColumns + ") SELECT " +
                                          placeholders(1, kGrantColumnCount) +
                                          " FROM consents WHERE user_id = $4 AND client_id = $3 AND bap_id = $21 AND ";
const Query kInsertConsented(kInsertConsentedGrant +
                                 "NOT EXISTS (SELECT 1 FROM json_each($22) asked WHERE asked.value NOT IN (SELECT "
                                 "held.value FROM json_each(consents.scopes) held))",
                             kInsertConsentedGrant + "consents.scopes::jsonb @> CAST($22 AS text)::jsonb FOR SHARE");

const std::string kInsertGrant =
    "INSERT INTO grants (" + kGrantColumns + ") VALUES (" + placeholders(1, kGrantColumnCount) + ")";
const Query kInsertAccess("INSERT INTO access_tokens (" + kAccessColumns + ") VALUES (" +
                          placeholders(1, kTokenColumnCount) + ")");
const Query kInsertRefresh("INSERT INTO refresh_tokens (" + kRefreshColumns + ") VALUES (" +
                           placeholders(1, kTokenColumnCount) + ")");

Params params_of(const AuthorizationCode& code) {
  return {code.grant_id,
          code.hash,
          code.client_id,
          code.user_id,
          code.session_id,
          code.bap_id,
          code.redirect_uri,
          code.redirect_uri_was_sent,
          code.code_challenge,
          json_text(code.scopes),
          has_offline_access(code.scopes),
          code.nonce,
          code.acr,
          json_text(code.claims),
          json_text(code.resources),
          code.dpop_jkt,
          code.auth_time,
          code.created_at,
          code.expires_at,
          UtcTime{code.expires_at.ms + kGrantSlackMs}};
}

Params params_of(const AccessToken& token) {
  return {token.hash,
          token.grant_id,
          token.client_id,
          token.user_id,
          token.session_id,
          token.bap_id,
          json_text(token.scopes),
          json_text(token.audience),
          json_text(token.details),
          token.auth_time,
          token.created_at,
          token.expires_at};
}

Params params_of(const RefreshToken& token) {
  return {token.hash,
          token.grant_id,
          token.client_id,
          token.user_id,
          token.session_id,
          token.bap_id,
          json_text(token.scopes),
          json_text(token.resources),
          json_text(token.details),
          token.auth_time,
          token.created_at,
          token.expires_at};
}

void append(Params& to, Params from) {
  to.insert(to.end(), std::make_move_iterator(from.begin()), std::make_move_iterator(from.end()));
}

void append_tokens(Params& to, const IssuedTokens& tokens) {
  append(to, params_of(tokens.access));
  if (tokens.refresh) append(to, params_of(*tokens.refresh));
}

/// The Postgres inserts that follow a data-modifying WITH named `consumed`, with parameters from `first` on.
std::string insert_tokens_text(int first, bool with_refresh) {
  std::string text = fmt::format(", access AS (INSERT INTO access_tokens ({}) SELECT {} FROM consumed)", kAccessColumns,
                                 placeholders(first, kTokenColumnCount));
  if (with_refresh) {
    text += fmt::format(", refresh AS (INSERT INTO refresh_tokens ({}) SELECT {} FROM consumed)", kRefreshColumns,
                        placeholders(first + kTokenColumnCount, kTokenColumnCount));
  }
  return text + " SELECT 1 FROM consumed";
}

const std::string kExtend = fmt::format("CASE WHEN expires_at < $3 THEN $3 + {} ELSE expires_at END", kGrantSlackMs);
const std::string kRedeem = "UPDATE grants SET consumed_at = $2, expires_at = " + kExtend +
                            " WHERE code_hash = $1 AND consumed_at IS NULL AND revoked_at IS NULL";
std::string redeem_text(bool with_refresh) {
  return "WITH consumed AS (" + kRedeem + " RETURNING 1)" + insert_tokens_text(4, with_refresh);
}
const Query kRedeemAccess(kRedeem, redeem_text(false));
const Query kRedeemBoth(kRedeem, redeem_text(true));

const std::string kMarkRotated =
    "UPDATE refresh_tokens SET rotated_at = $2, sealed_answer = $3, request_fingerprint = $4 "
    "WHERE hash = $1 AND rotated_at IS NULL AND revoked_at IS NULL AND NOT EXISTS "
    "(SELECT 1 FROM grants WHERE grants.id = refresh_tokens.grant_id AND grants.revoked_at IS NOT NULL)";
std::string rotate_text(bool with_refresh) {
  return "WITH consumed AS (" + kMarkRotated + " RETURNING grant_id)" +
         fmt::format(
             ", kept AS (UPDATE grants SET expires_at = $5 + {} FROM consumed "
             "WHERE id = consumed.grant_id AND expires_at < $5)",
             kGrantSlackMs) +
         insert_tokens_text(6, with_refresh);
}
const Query kRotateAccess(kMarkRotated, rotate_text(false));
const Query kRotateBoth(kMarkRotated, rotate_text(true));
const Query kKeepGrant(fmt::format("UPDATE grants SET expires_at = $2 + {} WHERE id = $1 AND expires_at < $2",
                                   kGrantSlackMs));

}  // namespace

bool has_offline_access(const std::vector<std::string>& scopes) {
  return std::find(scopes.begin(), scopes.end(), "offline_access") != scopes.end();
}

Change grant_insertion(const AuthorizationCode& code) {
  static const Query kInsert(kInsertGrant);
  return {kInsert, params_of(code)};
}

Change consented_grant_insertion(const AuthorizationCode& code, const std::vector<std::string>& scopes) {
  Params params = params_of(code);
  params.push_back(key_of(code.bap_id));
  params.emplace_back(json_text(scopes));
  return {kInsertConsented, std::move(params)};
}

Result<void> insert_grant_of(Connection& connection, const AccessToken& token) {
  static const Query kInsert(kInsertGrant + " ON CONFLICT (id) DO NOTHING");
  const std::string nowhere;
  SIGMA_CHECK(change(connection, kInsert,
                     {token.grant_id,
                      nullptr,
                      token.client_id,
                      token.user_id,
                      token.session_id,
                      token.bap_id,
                      nowhere,
                      false,
                      nullptr,
                      json_text(token.scopes),
                      has_offline_access(token.scopes),
                      nullptr,
                      nullptr,
                      json_text(core::Json()),
                      json_text(core::Json::array()),
                      nullptr,
                      token.auth_time,
                      token.created_at,
                      token.created_at,
                      token.expires_at}));
  return {};
}

Change access_insertion(const AccessToken& token) {
  return {kInsertAccess, params_of(token)};
}

Result<void> insert_tokens(Connection& connection, const IssuedTokens& tokens) {
  SIGMA_CHECK(change(connection, kInsertAccess, params_of(tokens.access)));
  if (tokens.refresh) SIGMA_CHECK(change(connection, kInsertRefresh, params_of(*tokens.refresh)));
  return {};
}

UtcTime last_expiry(const IssuedTokens& tokens) {
  return tokens.refresh ? std::max(tokens.access.expires_at, tokens.refresh->expires_at) : tokens.access.expires_at;
}

const Query& select_code() {
  static const Query kSelect(fmt::format("SELECT {} FROM grants WHERE code_hash = $1", kCodeColumns));
  return kSelect;
}

const Query& select_access() {
  static const Query kSelect(fmt::format(
      "SELECT {} FROM access_tokens t LEFT JOIN grants g ON g.id = t.grant_id WHERE t.hash = $1", kLiveAccessColumns));
  return kSelect;
}

const Query& select_refresh() {
  static const Query kSelect(
      fmt::format("SELECT {} FROM refresh_tokens t LEFT JOIN grants g ON g.id = t.grant_id WHERE t.hash = $1",
                  kRefreshTokenColumns));
  return kSelect;
}

Result<bool> code_exists(Connection& connection, const SecretHash& hash) {
  static const Query kExists("SELECT 1 FROM grants WHERE code_hash = $1");
  SIGMA_TRY(const auto rows, change(connection, kExists, {hash}));
  return rows > 0;
}

Result<bool> refresh_exists(Connection& connection, const SecretHash& hash) {
  static const Query kExists("SELECT 1 FROM refresh_tokens WHERE hash = $1");
  SIGMA_TRY(const auto rows, change(connection, kExists, {hash}));
  return rows > 0;
}

Change redemption(const SecretHash& hash, UtcTime now, const IssuedTokens& tokens) {
  Params params{hash, now, last_expiry(tokens)};
  append_tokens(params, tokens);
  return {tokens.refresh ? kRedeemBoth : kRedeemAccess, std::move(params)};
}

Result<bool> redeem(Connection& connection, const SecretHash& hash, UtcTime now, const IssuedTokens& tokens) {
  if (connection.dialect() == sql::Dialect::postgres) {
    const Change all = redemption(hash, now, tokens);
    SIGMA_TRY(const auto redeemed, change(connection, all.query, all.params));
    return redeemed > 0;
  }
  SIGMA_TRY(const auto redeemed, change(connection, kRedeemAccess, {hash, now, last_expiry(tokens)}));
  if (redeemed == 0) return false;
  SIGMA_CHECK(insert_tokens(connection, tokens));
  return true;
}

Change rotation_at_once(const Rotation& rotation) {
  const IssuedTokens& tokens = rotation.successors;
  Params params{rotation.old_hash, rotation.now, sql::Blob{rotation.sealed_answer},
                sql::Blob{rotation.request_fingerprint}, last_expiry(tokens)};
  append_tokens(params, tokens);
  return {tokens.refresh ? kRotateBoth : kRotateAccess, std::move(params)};
}

Result<bool> rotate(Connection& connection, const Rotation& rotation) {
  if (connection.dialect() == sql::Dialect::postgres) {
    const Change all = rotation_at_once(rotation);
    SIGMA_TRY(const auto rotated, change(connection, all.query, all.params));
    return rotated > 0;
  }
  const IssuedTokens& tokens = rotation.successors;
  SIGMA_TRY(const auto rotated, change(connection, kRotateAccess,
                                       {rotation.old_hash, rotation.now, sql::Blob{rotation.sealed_answer},
                                        sql::Blob{rotation.request_fingerprint}}));
  if (rotated == 0) return false;
  SIGMA_CHECK(change(connection, kKeepGrant, {tokens.access.grant_id, last_expiry(tokens)}));
  SIGMA_CHECK(insert_tokens(connection, tokens));
  return true;
}

}  // namespace sigma::store
