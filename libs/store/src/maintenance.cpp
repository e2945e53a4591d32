#include "sigma/store/store.hpp"
#include "statements.hpp"

namespace sigma::store {
namespace {

std::string remove_text(const std::string& table, const std::string& key, const std::string& now,
                        const std::string& lock) {
  return fmt::format(
      "DELETE FROM {0} WHERE ({1}) IN (SELECT {1} FROM {0} WHERE expires_at <= {2} ORDER BY expires_at LIMIT $2{3})",
      table, key, now, lock);
}

/// Rows that a request works on this moment are left for the next time.
Query remove_from(const std::string& table, const std::string& key, const std::string& now = "$1") {
  return Query(remove_text(table, key, now, ""), remove_text(table, key, now, " FOR UPDATE SKIP LOCKED"));
}

/// A clock that ran ahead for a while and is set right must change nothing: who forgets that something was used accepts
/// it again, and what was given has to be good again. So much later these rows go (milliseconds, two hours).
const std::string kTwoHoursAgo = "CAST($1 AS bigint) - 7200000";

const Query kRemoveExpired[] = {
    remove_from("used_keys", "key", kTwoHoursAgo),
    remove_from("access_tokens", "hash", kTwoHoursAgo),
    remove_from("refresh_tokens", "hash", kTwoHoursAgo),
    remove_from("sessions", "id", kTwoHoursAgo),
    remove_from("signing_keys", "kid"),
    remove_from("device_codes", "hash"),
    remove_from("pushed_requests", "hash"),
    remove_from("logout_deliveries", "session_id, client_id"),
    remove_from("clients", "id"),
};

// A session often outlives the tokens made in it. Clients that want to hear of its end (back-channel logout) are
// remembered beyond their grants.
std::string remember_text(const std::string& gone, std::string_view uri) {
  return fmt::format(
      "INSERT INTO session_clients (session_id, client_id) SELECT g.session_id, g.client_id FROM {} g "
      "JOIN sessions s ON s.id = g.session_id JOIN clients c ON c.id = g.client_id WHERE {} IS NOT NULL",
      gone, uri);
}
const std::string kExpiredGrants =
    "SELECT id FROM grants WHERE expires_at <= " + kTwoHoursAgo + " ORDER BY expires_at, id LIMIT $2";
const Query kRememberClients(remember_text("(SELECT session_id, client_id FROM grants WHERE id IN (" + kExpiredGrants +
                                               "))",
                                           "json_extract(c.metadata, '$.backchannel_logout_uri')") +
                             " ON CONFLICT DO NOTHING");
const Query kRemoveGrants("DELETE FROM grants WHERE id IN (" + kExpiredGrants + ")",
                          "WITH gone AS (DELETE FROM grants WHERE id IN (" + kExpiredGrants +
                              " FOR UPDATE SKIP LOCKED) RETURNING session_id, client_id), kept AS (" +
                              remember_text("gone", "(c.metadata::json ->> 'backchannel_logout_uri')") +
                              " FOR KEY SHARE OF s ON CONFLICT DO NOTHING) SELECT 1 FROM gone");

/// One replica cleans at a time: it holds this until its batch is committed.
const Query kElected("SELECT TRUE", "SELECT pg_try_advisory_xact_lock(7310868735402536)");

Result<std::size_t> remove_grants(Connection& connection, UtcTime now, std::size_t batch) {
  const Params params{now, static_cast<std::int64_t>(batch)};
  if (connection.dialect() == sql::Dialect::sqlite) SIGMA_CHECK(change(connection, kRememberClients, params));
  return change(connection, kRemoveGrants, params);
}

template <class Remove>
Result<std::size_t> when_elected(Connection& connection, Remove remove) {
  SIGMA_TRY(const auto elected, find_one<bool>(connection, kElected, {}));
  if (!elected.value_or(false)) return std::size_t{0};
  return remove(connection);
}

}  // namespace

Task<Result<std::size_t>> Maintenance::remove_expired(UtcTime now, std::size_t batch) {
  std::size_t removed = 0;
  for (const Query& query : kRemoveExpired) {  // a transaction each: none of them holds the writer for long
    SIGMA_CO_TRY(const auto count, co_await db_.write({}, [&query, now, batch](Connection& connection) {
      return when_elected(connection, [&](Connection& elected) {
        return change(elected, query, {now, static_cast<std::int64_t>(batch)});
      });
    }));
    removed += count;
  }
  SIGMA_CO_TRY(const auto grants, co_await db_.write({}, [now, batch](Connection& connection) {
    return when_elected(connection, [&](Connection& elected) { return remove_grants(elected, now, batch); });
  }));
  co_return removed + grants;
}

Task<Result<void>> Maintenance::ping() {
  static const Query kPing("SELECT 1");
  return db_.read([](Connection& connection) -> Result<void> {
    SIGMA_CHECK(change(connection, kPing, {}));
    return {};
  });
}

}  // namespace sigma::store
