#include "sigma/store/device_store.hpp"

#include "loop_statements.hpp"
#include "token_statements.hpp"

namespace sigma::store {
namespace {

/// How long a row outlives its code, so that a late poll is told "expired" or "denied" instead of "unknown".
constexpr std::int64_t kLatePollsMs = 3'600 * 1000;
constexpr std::int64_t kSlowDownSeconds = 5;  // RFC 8628 §3.5

const std::string kColumns =
    "hash, user_code_hash, client_id, scopes, status, poll_interval, last_polled_at, network, grant_id, user_id, "
    "session_id, bap_id, auth_time, created_at, code_expires_at, consumed_at";

std::string_view to_text(DeviceCodeStatus status) {
  switch (status) {
    case DeviceCodeStatus::approved:
      return "approved";
    case DeviceCodeStatus::denied:
      return "denied";
    case DeviceCodeStatus::pending:
      break;
  }
  return "pending";
}

DeviceCodeStatus status_of(const std::string& text) {
  if (text == "approved") return DeviceCodeStatus::approved;
  return text == "denied" ? DeviceCodeStatus::denied : DeviceCodeStatus::pending;
}

Params params_of(const DeviceCode& code) {
  return {code.hash,
          code.user_code_hash,
          code.client_id,
          json_text(code.scopes),
          std::string(to_text(code.status)),
          code.poll_interval,
          code.last_polled_at,
          code.network,
          code.grant_id,
          code.user_id,
          code.session_id,
          code.bap_id,
          code.auth_time,
          code.created_at,
          code.expires_at,
          code.consumed_at,
          false,
          UtcTime{code.expires_at.ms + kLatePollsMs}};
}

}  // namespace

static void read_row(Columns columns, ClientId& client) {
  columns.read(client);
}

static void read_row(Columns columns, DevicePoll& poll) {
  DeviceCode& code = poll.code;
  std::string status;
  columns.read(poll.too_fast, code.hash, code.user_code_hash, code.client_id, code.scopes, status, code.poll_interval,
               code.last_polled_at, code.network, code.grant_id, code.user_id, code.session_id, code.bap_id,
               code.auth_time, code.created_at, code.expires_at, code.consumed_at);
  code.status = status_of(status);
}

Task<Result<bool>> DeviceStore::create(DeviceCode code) {
  static const Query kInsert("INSERT INTO device_codes (" + kColumns + ", polled_too_fast, expires_at) VALUES (" +
                             placeholders(1, 18) + ") ON CONFLICT (user_code_hash) DO NOTHING");
  const std::string key = code.hash.str();
  SIGMA_CO_TRY(const auto created, co_await change_on_loop(db_, key, kInsert, params_of(code)));
  if (created) co_return *created > 0;
  co_return co_await db_.write({.key = key, .single_statement = true},
                               [code = std::move(code)](Connection& connection) -> Result<bool> {
                                 SIGMA_TRY(const auto inserted, change(connection, kInsert, params_of(code)));
                                 return inserted > 0;
                               });
}

Task<Result<std::optional<DeviceCode>>> DeviceStore::find_by_user_code(SecretHash user_code_hash) {
  static const Query kFind("SELECT polled_too_fast, " + kColumns + " FROM device_codes WHERE user_code_hash = $1");
  return db_.read(
      [user_code_hash = std::move(user_code_hash)](Connection& connection) -> Result<std::optional<DeviceCode>> {
        SIGMA_TRY(auto found, find_one<DevicePoll>(connection, kFind, {user_code_hash}));
        if (!found) return std::optional<DeviceCode>{};
        return std::optional{std::move(found->code)};
      });
}

Task<Result<std::optional<DevicePoll>>> DeviceStore::poll(SecretHash hash, ClientId client, UtcTime now) {
  static const std::string kTooFast =
      "(status = 'pending' AND COALESCE(last_polled_at + poll_interval * 1000 > $3, FALSE))";
  static const Query kPoll(
      "UPDATE device_codes SET last_polled_at = $3, polled_too_fast = " + kTooFast +
      fmt::format(", poll_interval = poll_interval + CASE WHEN {} THEN {} ELSE 0 END ", kTooFast, kSlowDownSeconds) +
      "WHERE hash = $1 AND client_id = $2 RETURNING polled_too_fast, " + kColumns);
  WriteTraits traits{.key = hash.str(), .single_statement = true};
  return db_.write(std::move(traits),
                   [hash = std::move(hash), client = std::move(client), now](Connection& connection) {
                     return find_one<DevicePoll>(connection, kPoll, {hash, client, now});
                   });
}

// Whoever withdraws the consent or ends the session at the same moment either comes first, and is seen here, or waits
// for the grant and revokes it (Postgres; SQLite has one writer at a time).
static Result<bool> may_approve(Connection& connection, const ClientId& client, UtcTime now,
                                const DeviceApproval& approval) {
  static const std::string kConsent = "SELECT 1 FROM consents WHERE user_id = $1 AND client_id = $2 AND bap_id = $3";
  static const std::string kSession = "SELECT 1 FROM sessions WHERE id = $1 AND expires_at > $2";
  static const std::string kGrant = "SELECT 1 FROM grants WHERE id = $1 AND revoked_at IS NULL";
  static const Query kLockConsent(kConsent, kConsent + " FOR SHARE"), kLockSession(kSession, kSession + " FOR SHARE"),
      kLockGrant(kGrant, kGrant + " FOR SHARE");
  SIGMA_TRY(const auto consents, change(connection, kLockConsent, {approval.user_id, client, key_of(approval.bap_id)}));
  if (consents == 0) return false;
  SIGMA_TRY(const auto sessions, change(connection, kLockSession, {approval.session_id, now}));
  if (sessions > 0) return true;
  SIGMA_TRY(const auto grants, change(connection, kLockGrant, {approval.session_id}));
  return grants > 0;
}

Task<Result<Approval>> DeviceStore::approve(SecretHash user_code_hash, UtcTime now, DeviceApproval approval) {
  static const Query kApprove(
      "UPDATE device_codes SET status = 'approved', grant_id = $3, user_id = $4, session_id = $5, bap_id = $6, scopes "
      "= $7, "
      "auth_time = $8 WHERE user_code_hash = $1 AND status = 'pending' AND code_expires_at > $2");
  static const Query kClient(
      "SELECT client_id FROM device_codes WHERE user_code_hash = $1 AND status = 'pending' AND code_expires_at > $2");
  static const Query kGrant(
      "INSERT INTO grants (id, client_id, user_id, session_id, bap_id, redirect_uri, redirect_uri_was_sent, scopes, "
      "offline_access, claims, resources, auth_time, created_at, code_expires_at, expires_at) "
      "SELECT grant_id, client_id, user_id, session_id, bap_id, '', FALSE, scopes, $2, 'null', '[]', auth_time, $3, "
      "code_expires_at, expires_at FROM device_codes WHERE user_code_hash = $1");
  WriteTraits traits{.key = user_code_hash.str()};
  return db_.write(
      std::move(traits),
      [user_code_hash = std::move(user_code_hash), now,
       approval = std::move(approval)](Connection& connection) -> Result<Approval> {
        SIGMA_TRY(const auto client, find_one<ClientId>(connection, kClient, {user_code_hash, now}));
        if (!client) return Approval::not_pending;
        SIGMA_TRY(const bool allowed, may_approve(connection, *client, now, approval));
        if (!allowed) return Approval::withdrawn;
        SIGMA_TRY(const auto approved,
                  change(connection, kApprove,
                         {user_code_hash, now, approval.grant_id, approval.user_id, approval.session_id,
                          approval.bap_id, json_text(approval.scopes), approval.auth_time}));
        if (approved == 0) return Approval::not_pending;
        SIGMA_CHECK(change(connection, kGrant, {user_code_hash, has_offline_access(approval.scopes), now}));
        return Approval::done;
      });
}

Task<Result<bool>> DeviceStore::deny(SecretHash user_code_hash, UtcTime now, UserId user) {
  static const Query kDeny(
      "UPDATE device_codes SET status = 'denied', user_id = $3 "
      "WHERE user_code_hash = $1 AND status = 'pending' AND code_expires_at > $2");
  WriteTraits traits{.key = user_code_hash.str(), .single_statement = true};
  return db_.write(std::move(traits),
                   [user_code_hash = std::move(user_code_hash), now,
                    user = std::move(user)](Connection& connection) -> Result<bool> {
                     SIGMA_TRY(const auto denied, change(connection, kDeny, {user_code_hash, now, user}));
                     return denied > 0;
                   });
}

Task<Result<Consumed>> DeviceStore::redeem(SecretHash hash, UtcTime now, IssuedTokens tokens) {
  static const Query kConsume(
      "UPDATE device_codes SET consumed_at = $2 WHERE hash = $1 AND status = 'approved' AND consumed_at IS NULL AND "
      "code_expires_at > $2 AND EXISTS (SELECT 1 FROM grants WHERE grants.id = device_codes.grant_id AND revoked_at IS "
      "NULL)");
  static const Query kKeepGrant("UPDATE grants SET expires_at = $2 WHERE id = $1 AND expires_at < $2");
  static const Query kExists("SELECT 1 FROM device_codes WHERE hash = $1");
  WriteTraits traits{.key = tokens.access.grant_id.str()};
  return db_.write(
      std::move(traits),
      [hash = std::move(hash), now, tokens = std::move(tokens)](Connection& connection) -> Result<Consumed> {
        SIGMA_TRY(const auto consumed, change(connection, kConsume, {hash, now}));
        if (consumed == 0) {
          SIGMA_TRY(const auto exists, change(connection, kExists, {hash}));
          return exists > 0 ? Consumed::already : Consumed::not_found;
        }
        SIGMA_CHECK(change(connection, kKeepGrant, {tokens.access.grant_id, last_expiry(tokens)}));
        SIGMA_CHECK(insert_tokens(connection, tokens));
        return Consumed::done;
      });
}

}  // namespace sigma::store
