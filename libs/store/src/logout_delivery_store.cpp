#include "sigma/store/logout_delivery_store.hpp"

#include "statements.hpp"

namespace sigma::store {

static void read_row(Columns columns, LogoutDelivery& delivery) {
  columns.read(delivery.session_id, delivery.client_id, delivery.user_id, delivery.attempts, delivery.next_attempt_at,
               delivery.created_at);
}

namespace {

/// The first due delivery of each client, then the second of each …
const std::string kTurns =
    "SELECT session_id, client_id FROM (SELECT session_id, client_id, next_attempt_at, ROW_NUMBER() OVER (PARTITION BY "
    "client_id ORDER BY next_attempt_at) AS turn FROM logout_deliveries WHERE next_attempt_at <= $1) AS due "
    "ORDER BY turn, next_attempt_at LIMIT $3";

std::string claim_text(const std::string& keys) {
  return "UPDATE logout_deliveries SET attempts = attempts + 1, next_attempt_at = $2 WHERE (session_id, client_id) IN "
         "(" +
         keys + ") RETURNING session_id, client_id, user_id, attempts, next_attempt_at, created_at";
}

/// Replicas skip what another one is taking; what it took before our statement saw it is due no more.
const Query kClaim(claim_text(kTurns),
                   claim_text("SELECT d.session_id, d.client_id FROM logout_deliveries d JOIN (" + kTurns +
                              ") AS chosen ON d.session_id = chosen.session_id AND d.client_id = chosen.client_id "
                              "WHERE d.next_attempt_at <= $1 FOR UPDATE OF d SKIP LOCKED"));

}  // namespace

core::Task<Result<std::vector<LogoutDelivery>>> LogoutDeliveryStore::claim(UtcTime now, UtcTime leased_until,
                                                                           std::size_t limit) {
  return db_.write({.single_statement = true}, [now, leased_until, limit](Connection& connection) {
    return find_all<LogoutDelivery>(connection, kClaim, {now, leased_until, static_cast<std::int64_t>(limit)});
  });
}

core::Task<Result<void>> LogoutDeliveryStore::postpone(LogoutDelivery delivery, UtcTime until) {
  static const Query kPostpone(
      "UPDATE logout_deliveries SET next_attempt_at = $4 WHERE session_id = $1 AND client_id = $2 AND attempts = $3");
  WriteTraits traits{.key = delivery.session_id.str(), .single_statement = true};
  return db_.write(std::move(traits), [delivery = std::move(delivery), until](Connection& connection) -> Result<void> {
    SIGMA_CHECK(change(connection, kPostpone, {delivery.session_id, delivery.client_id, delivery.attempts, until}));
    return {};
  });
}

core::Task<Result<void>> LogoutDeliveryStore::remove(LogoutDelivery delivery) {
  static const Query kRemove("DELETE FROM logout_deliveries WHERE session_id = $1 AND client_id = $2");
  WriteTraits traits{.key = delivery.session_id.str(), .single_statement = true};
  return db_.write(std::move(traits), [delivery = std::move(delivery)](Connection& connection) -> Result<void> {
    SIGMA_CHECK(change(connection, kRemove, {delivery.session_id, delivery.client_id}));
    return {};
  });
}

}  // namespace sigma::store
