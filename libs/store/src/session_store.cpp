#include "loop_statements.hpp"
#include "row_statements.hpp"
#include "session_statements.hpp"
#include "sigma/store/store.hpp"

namespace sigma::store {

static void read_row(Columns columns, SessionId& id) {
  columns.read(id);
}

static void read_row(Columns columns, Session& session) {
  columns.read(session.id, session.token_hash, session.user_id, session.active_bap_id, session.auth_time,
               session.ip_address, session.user_agent, session.created_at, session.updated_at, session.expires_at);
}

static void read_row(Columns columns, SessionWithUser& both) {
  Session& session = both.session;
  User& user = both.user;
  columns.read(session.id, session.token_hash, session.user_id, session.active_bap_id, session.auth_time,
               session.ip_address, session.user_agent, session.created_at, session.updated_at, session.expires_at,
               user.id, user.name, user.email, user.email_verified, user.image, user.pubkey, user.subscription_tier,
               user.roles, user.disabled, user.created_at, user.updated_at);
}

namespace {

const std::string kColumns =
    "id, token_hash, user_id, active_bap_id, auth_time, ip_address, user_agent, created_at, updated_at, expires_at";

const std::string kSelectWithUser =
    "SELECT s.id, s.token_hash, s.user_id, s.active_bap_id, s.auth_time, s.ip_address, s.user_agent, s.created_at, "
    "s.updated_at, s.expires_at, u.id, u.name, u.email, u.email_verified, u.image, u.pubkey, u.subscription_tier, "
    "u.roles, u.disabled, u.created_at, u.updated_at FROM sessions s JOIN users u ON u.id = s.user_id ";

}  // namespace

Task<Result<void>> SessionStore::create(Session session) {
  static const Query kInsert("INSERT INTO sessions (" + kColumns + ") VALUES (" + placeholders(1, 10) + ")");
  // At most so many at once: who has more from before this limit loses them step by step.
  static const Query kSurplus(
      fmt::format("SELECT id FROM sessions WHERE user_id = $1 ORDER BY expires_at DESC, id DESC LIMIT 8 OFFSET {}",
                  kMaxPerUser - 1));
  SIGMA_CO_TRY(const auto surplus, co_await db_.read([user = session.user_id](Connection& connection) {
    return find_all<SessionId>(connection, kSurplus, {user});
  }));
  for (const SessionId& id : surplus) SIGMA_CO_CHECK(co_await remove(id, session.created_at));
  // By user, whose row the new one refers to: who locks that row is ordered alike.
  WriteTraits traits{.key = session.user_id.str(), .single_statement = true};
  co_return co_await db_.write(
      std::move(traits), [session = std::move(session)](Connection& connection) -> Result<void> {
        SIGMA_CHECK(change(
            connection, kInsert,
            {session.id, session.token_hash, session.user_id, session.active_bap_id, session.auth_time,
             session.ip_address, session.user_agent, session.created_at, session.updated_at, session.expires_at}));
        return {};
      });
}

Task<Found<SessionWithUser>> SessionStore::find(SecretHash token_hash, UtcTime now) {
  static const Query kFind(kSelectWithUser + "WHERE s.token_hash = $1 AND s.expires_at > $2");
  co_return co_await find_first<SessionWithUser>(db_, kFind, {token_hash, now});
}

Task<Result<bool>> SessionStore::renew(SessionId id, UtcTime now, UtcTime expires_at) {
  static const Query kRenew("UPDATE sessions SET updated_at = $2, expires_at = $3 WHERE id = $1 AND expires_at > $2");
  WriteTraits traits{.key = id.str(), .single_statement = true};
  return db_.write(std::move(traits), [id = std::move(id), now, expires_at](Connection& connection) -> Result<bool> {
    SIGMA_TRY(const auto renewed, change(connection, kRenew, {id, now, expires_at}));
    return renewed > 0;
  });
}

Task<Result<bool>> SessionStore::replace_secret(Session session, SecretHash old_token_hash) {
  static const Query kReplace(
      "UPDATE sessions SET token_hash = $3, active_bap_id = $4, auth_time = $5, ip_address = $6, user_agent = $7, "
      "updated_at = $8, expires_at = $9 WHERE id = $1 AND token_hash = $2");
  WriteTraits traits{.key = session.id.str(), .single_statement = true};
  return db_.write(
      std::move(traits),
      [session = std::move(session),
       old_token_hash = std::move(old_token_hash)](Connection& connection) -> Result<bool> {
        SIGMA_TRY(const auto replaced,
                  change(connection, kReplace,
                         {session.id, old_token_hash, session.token_hash, session.active_bap_id, session.auth_time,
                          session.ip_address, session.user_agent, session.updated_at, session.expires_at}));
        return replaced > 0;
      });
}

Task<Result<bool>> SessionStore::set_active_identity(SessionId id, std::optional<BapId> bap_id, UtcTime now,
                                                     UtcTime expires_at) {
  static const Query kSet(
      "UPDATE sessions SET active_bap_id = $2, updated_at = $3, expires_at = $4 WHERE id = $1 AND expires_at > $3");
  WriteTraits traits{.key = id.str(), .single_statement = true};
  return db_.write(
      std::move(traits),
      [id = std::move(id), bap_id = std::move(bap_id), now, expires_at](Connection& connection) -> Result<bool> {
        SIGMA_TRY(const auto set, change(connection, kSet, {id, bap_id, now, expires_at}));
        return set > 0;
      });
}

Task<Result<bool>> SessionStore::remove(SessionId id, UtcTime now) {
  WriteTraits traits{.key = id.str(), .revokes = true};
  return db_.write(std::move(traits),
                   [id = std::move(id), now](Connection& connection) { return end_session(connection, id, now); });
}

Task<Result<bool>> SessionStore::remove_own(UserId user, SessionId id, SecretHash token_hash, UtcTime now) {
  WriteTraits traits{.key = user.str(), .revokes = true};
  return db_.write(std::move(traits),
                   [user = std::move(user), id = std::move(id), token_hash = std::move(token_hash),
                    now](Connection& connection) { return end_own_session(connection, user, id, token_hash, now); });
}

Task<Found<std::size_t>> SessionStore::remove_all(UserId user, std::optional<SessionId> keep, UtcTime now) {
  WriteTraits traits{.key = user.str(), .revokes = true};
  return db_.write(std::move(traits),
                   [user = std::move(user), keep = std::move(keep),
                    now](Connection& connection) -> Result<std::optional<std::size_t>> {
                     SIGMA_TRY(const bool known, lock_user(connection, user));
                     if (!known) return std::optional<std::size_t>{};
                     SIGMA_TRY(const auto ended, end_sessions_of(connection, user, keep, now));
                     return std::optional(ended);
                   });
}

Task<Result<std::vector<Session>>> SessionStore::list(UserId id, UtcTime now) {
  static const Query kList(
      fmt::format("SELECT {0} FROM (SELECT {0} FROM sessions WHERE user_id = $1 AND expires_at > "
                  "$2 ORDER BY expires_at DESC, id DESC LIMIT {1}) AS live ORDER BY created_at, id",
                  kColumns, kMaxPerUser));
  return db_.read(
      [id = std::move(id), now](Connection& connection) { return find_all<Session>(connection, kList, {id, now}); });
}

}  // namespace sigma::store
