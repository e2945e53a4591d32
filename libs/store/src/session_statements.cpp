#include "session_statements.hpp"

#include "sigma/store/logout_delivery_store.hpp"

namespace sigma::store {
namespace {

/// How long a client may stay unaware of a logout before we forget it: longer than an outage, shorter than its own
/// sessions are likely to last.
constexpr std::int64_t kUndeliveredMs = 24 * 3600 * 1000;

}  // namespace

Result<bool> end_session(Connection& connection, const SessionId& id, UtcTime now) {
  // Here and not in the domain: whoever ends a session, no client is forgotten, and none is told of an end that was
  // rolled back.
  static const auto queue_text = [](std::string_view uri) {
    return fmt::format(
        "INSERT INTO logout_deliveries (session_id, client_id, user_id, attempts, next_attempt_at, created_at, "
        "expires_at) SELECT s.id, c.id, s.user_id, 0, $2, $2, $3 FROM sessions s JOIN clients c ON c.id IN (SELECT "
        "client_id FROM grants WHERE session_id = $1 UNION SELECT client_id FROM session_clients WHERE session_id = "
        "$1) "
        "WHERE s.id = $1 AND {} IS NOT NULL AND (SELECT COUNT(*) FROM logout_deliveries d WHERE d.client_id = c.id) < "
        "{} ON CONFLICT DO NOTHING",
        uri, LogoutDeliveryStore::kMaxWaiting);
  };
  static const Query kQueue(queue_text("json_extract(c.metadata, '$.backchannel_logout_uri')"),
                            queue_text("(c.metadata::json ->> 'backchannel_logout_uri')"));
  static const Query kRevoke(
      "UPDATE grants SET revoked_at = $2 WHERE session_id = $1 AND revoked_at IS NULL AND NOT offline_access");
  static const Query kRemove("DELETE FROM sessions WHERE id = $1");
  SIGMA_CHECK(change(connection, kRevoke, {id, now}));
  SIGMA_CHECK(change(connection, kQueue, {id, now, UtcTime{now.ms + kUndeliveredMs}}));
  SIGMA_TRY(const auto removed, change(connection, kRemove, {id}));
  return removed > 0;
}

}  // namespace sigma::store
