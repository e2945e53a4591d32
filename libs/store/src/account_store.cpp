#include "sigma/store/account_store.hpp"

#include <algorithm>

#include "row_statements.hpp"
#include "session_statements.hpp"

namespace sigma::store {

using core::Task;

static void read_row(Columns columns, Session& session) {
  columns.read(session.id, session.token_hash, session.user_id, session.active_bap_id, session.auth_time,
               session.ip_address, session.user_agent, session.created_at, session.updated_at, session.expires_at);
}

namespace {

constexpr std::size_t kMaxPage = 200;
/// Of how many of the newest users a search reads every name.
constexpr std::int64_t kSearchedForPieces = 20'000;
constexpr const char* kLastCharacter = "\xf4\x8f\xbf\xbf";  // U+10FFFF

const std::string kSelectUsers =
    "SELECT id, name, email, email_verified, image, pubkey, subscription_tier, roles, disabled, created_at, updated_at "
    "FROM users ";

// What is whole, or the beginning of a name or an address, is found by indexes among all users; what stands inside of
// one by reading the newest. $3: the text; $4: what comes after everything that begins with it; $5: how many newest
// users are read, less one. Position functions and not LIKE: what is searched for is text, whatever characters it
// holds. `lowered`: lower() that knows ASCII letters only, as the indexes do, whatever language the database speaks;
// `position`: of a text in another.
std::string search_text(std::string_view lowered, std::string_view position) {
  const auto lower = [&](std::string_view text) { return fmt::format(fmt::runtime(lowered), text); };
  const auto begins = [&](std::string_view column) {
    return fmt::format("{0} >= {1} AND {0} < {2}", lower(column), lower("$3"), lower("$4"));
  };
  const auto holds = [&](std::string_view column) {
    return fmt::format("{}({}, {}) > 0", position, lower(column), lower("$3"));
  };
  constexpr std::string_view kNewest = "coalesce((SELECT id FROM users ORDER BY id DESC LIMIT 1 OFFSET $5), '')";
  return fmt::format(
      "{select}WHERE ($1 = '' OR id < $1) AND id IN ("
      "SELECT id FROM users WHERE id = $3 UNION SELECT id FROM users WHERE pubkey = $3 "
      "UNION SELECT id FROM users WHERE {name_begins} UNION SELECT id FROM users WHERE {email_begins} "
      "UNION SELECT user_id FROM profiles WHERE bap_id = $3 UNION SELECT user_id FROM profiles WHERE member_pubkey = "
      "$3 "
      "UNION SELECT user_id FROM profiles WHERE {name_begins} "
      "UNION SELECT id FROM users WHERE id >= {newest} AND ({name_holds} OR {email_holds}) "
      "UNION SELECT user_id FROM profiles WHERE user_id >= {newest} AND {name_holds}) "
      "ORDER BY id DESC LIMIT $2",
      fmt::arg("select", kSelectUsers), fmt::arg("name_begins", begins("name")),
      fmt::arg("email_begins", begins("email")), fmt::arg("newest", kNewest), fmt::arg("name_holds", holds("name")),
      fmt::arg("email_holds", holds("email")));
}

std::int64_t limit_of(const NewestFirst& page) {
  return static_cast<std::int64_t>(std::clamp<std::size_t>(page.limit, 1, kMaxPage));
}

}  // namespace

Task<Result<std::vector<User>>> AccountStore::list_users(NewestFirst page, std::string search) {
  static const Query kList(kSelectUsers + "WHERE ($1 = '' OR id < $1) ORDER BY id DESC LIMIT $2");
  static const Query kSearch(search_text("lower({})", "instr"), search_text("lower({} COLLATE \"C\")", "strpos"));
  return db_.read([page = std::move(page), search = std::move(search)](Connection& connection) {
    return search.empty()
               ? find_all<User>(connection, kList, {page.after, limit_of(page)})
               : find_all<User>(connection, kSearch,
                                {page.after, limit_of(page), search, search + kLastCharacter, kSearchedForPieces - 1});
  });
}

Task<Result<std::vector<Session>>> AccountStore::list_sessions(NewestFirst page, UtcTime now) {
  static const Query kList(
      "SELECT id, token_hash, user_id, active_bap_id, auth_time, ip_address, user_agent, created_at, updated_at, "
      "expires_at FROM sessions WHERE ($1 = '' OR id < $1) AND expires_at > $3 ORDER BY id DESC LIMIT $2");
  return db_.read([page = std::move(page), now](Connection& connection) {
    return find_all<Session>(connection, kList, {page.after, limit_of(page), now});
  });
}

Task<Result<bool>> AccountStore::set_disabled(UserId id, bool disabled, UtcTime now) {
  static const Query kSet("UPDATE users SET disabled = $2, updated_at = $3 WHERE id = $1");
  static const Query kRevoke("UPDATE grants SET revoked_at = $2 WHERE user_id = $1 AND revoked_at IS NULL");
  WriteTraits traits{.key = id.str(), .revokes = true};
  return db_.write(std::move(traits), [id = std::move(id), disabled, now](Connection& connection) -> Result<bool> {
    SIGMA_TRY(const bool known, lock_user(connection, id));
    if (!known) return false;
    SIGMA_CHECK(change(connection, kSet, {id, disabled, now}));
    if (!disabled) return true;
    SIGMA_CHECK(end_sessions_of(connection, id, std::nullopt, now));
    SIGMA_CHECK(change(connection, kRevoke, {id, now}));
    return true;
  });
}

Task<Result<bool>> AccountStore::remove(UserId id, UtcTime now) {
  static const Query kRemove[] = {
      Query("DELETE FROM access_tokens WHERE grant_id IN (SELECT id FROM grants WHERE user_id = $1)"),
      Query("DELETE FROM refresh_tokens WHERE grant_id IN (SELECT id FROM grants WHERE user_id = $1)"),
      Query("DELETE FROM grants WHERE user_id = $1"),
      Query("DELETE FROM device_codes WHERE user_id = $1"),
      Query("DELETE FROM backups WHERE bap_id IN (SELECT bap_id FROM profiles WHERE user_id = $1)"),
      Query("DELETE FROM chain_keys WHERE bap_id IN (SELECT bap_id FROM profiles WHERE user_id = $1)"),
      Query("DELETE FROM backup_series WHERE bap_id IN (SELECT bap_id FROM profiles WHERE user_id = $1)"),
      Query("DELETE FROM users WHERE id = $1"),  // cascades to identities, consents
  };
  WriteTraits traits{.key = id.str(), .revokes = true};
  return db_.write(std::move(traits), [id = std::move(id), now](Connection& connection) -> Result<bool> {
    SIGMA_TRY(const bool known, lock_user(connection, id));
    if (!known) return false;
    SIGMA_CHECK(end_sessions_of(connection, id, std::nullopt, now));
    for (const Query& query : kRemove) SIGMA_CHECK(change(connection, query, {id}));
    return true;
  });
}

}  // namespace sigma::store
