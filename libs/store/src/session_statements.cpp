#include "session_statements.hpp"

#include "sigma/store/logout_delivery_store.hpp"

namespace sigma::store {
namespace {

/// How long a client may stay unaware of a logout before we forget it: longer than an outage, shorter than its own
/// sessions are likely to last.
constexpr std::int64_t kUndeliveredMs = 24 * 3600 * 1000;

/// Three statements, however many sessions they end.
class Ending {
 public:
  /// `chosen`: a condition on sessions with parameters $1 to $`count`.
  Ending(std::string_view chosen, int count)
      : revoke_(fmt::format("UPDATE grants SET revoked_at = ${1} WHERE session_id IN (SELECT id FROM sessions WHERE "
                            "{0}) AND revoked_at IS NULL AND NOT offline_access",
                            chosen, count + 1)),
        queue_(queue_text(chosen, count, "json_extract(c.metadata, '$.backchannel_logout_uri')"),
               queue_text(chosen, count, "(c.metadata::json ->> 'backchannel_logout_uri')")),
        remove_(fmt::format("DELETE FROM sessions WHERE {}", chosen)) {}

  /// How many sessions there were.
  Result<std::size_t> run(Connection& connection, const Params& chosen, UtcTime now) const {
    Params params = chosen;
    params.emplace_back(now);
    SIGMA_CHECK(change(connection, revoke_, params));
    params.emplace_back(UtcTime{now.ms + kUndeliveredMs});
    SIGMA_CHECK(change(connection, queue_, params));
    return change(connection, remove_, chosen);
  }

 private:
  // Here and not in the domain: whoever ends a session, no client is forgotten, and none is told of an end that was
  // rolled back.
  static std::string queue_text(std::string_view chosen, int count, std::string_view uri) {
    return fmt::format(
        "WITH told AS (SELECT session_id, client_id FROM grants WHERE session_id IN (SELECT id FROM sessions WHERE "
        "{chosen}) UNION SELECT session_id, client_id FROM session_clients WHERE session_id IN (SELECT id FROM "
        "sessions WHERE {chosen})), "
        "queued AS (SELECT s.id AS session_id, c.id AS client_id, s.user_id, ROW_NUMBER() OVER (PARTITION BY c.id "
        "ORDER BY s.id) AS place FROM told JOIN sessions s ON s.id = told.session_id JOIN clients c ON c.id = "
        "told.client_id WHERE {uri} IS NOT NULL), "
        "waiting AS (SELECT client_id, COUNT(*) AS number FROM logout_deliveries WHERE client_id IN (SELECT client_id "
        "FROM queued) GROUP BY client_id) "
        "INSERT INTO logout_deliveries (session_id, client_id, user_id, attempts, next_attempt_at, created_at, "
        "expires_at) SELECT q.session_id, q.client_id, q.user_id, 0, ${now}, ${now}, ${until} FROM queued q LEFT JOIN "
        "waiting w ON w.client_id = q.client_id WHERE q.place + COALESCE(w.number, 0) <= {max} ON CONFLICT DO NOTHING",
        fmt::arg("chosen", chosen), fmt::arg("uri", uri), fmt::arg("now", count + 1), fmt::arg("until", count + 2),
        fmt::arg("max", LogoutDeliveryStore::kMaxWaiting));
  }

  const Query revoke_, queue_, remove_;
};

}  // namespace

Result<bool> end_session(Connection& connection, const SessionId& id, UtcTime now) {
  static const Ending kEnding("id = $1", 1);
  SIGMA_TRY(const auto ended, kEnding.run(connection, {id}, now));
  return ended > 0;
}

Result<bool> end_own_session(Connection& connection, const UserId& user, const SessionId& id,
                             const SecretHash& token_hash, UtcTime now) {
  static const Ending kEnding("user_id = $1 AND (id = $2 OR token_hash = $3)", 3);
  SIGMA_TRY(const auto ended, kEnding.run(connection, {user, id, token_hash}, now));
  return ended > 0;
}

Result<std::size_t> end_sessions_of(Connection& connection, const UserId& user, const std::optional<SessionId>& keep,
                                    UtcTime now) {
  static const Ending kAll("user_id = $1", 1), kOthers("user_id = $1 AND id <> $2", 2);
  return keep ? kOthers.run(connection, {user, *keep}, now) : kAll.run(connection, {user}, now);
}

}  // namespace sigma::store
