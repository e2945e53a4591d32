#include "sigma/store/store.hpp"
#include "statements.hpp"

namespace sigma::store {
namespace {

std::string remove_text(const std::string& table, const std::string& key, const std::string& lock) {
  return fmt::format(
      "DELETE FROM {0} WHERE {1} IN (SELECT {1} FROM {0} WHERE expires_at <= $1 ORDER BY expires_at LIMIT $2{2})",
      table, key, lock);
}

/// Replicas that clean at the same time skip each other's rows.
Query remove_from(const std::string& table, const std::string& key) {
  return Query(remove_text(table, key, ""), remove_text(table, key, " FOR UPDATE SKIP LOCKED"));
}

const Query kRemoveExpired[] = {
    remove_from("used_keys", "key"),     remove_from("access_tokens", "hash"),   remove_from("refresh_tokens", "hash"),
    remove_from("grants", "id"),         remove_from("sessions", "id"),          remove_from("signing_keys", "kid"),
    remove_from("device_codes", "hash"), remove_from("pushed_requests", "hash"),
};

}  // namespace

Task<Result<std::size_t>> Maintenance::remove_expired(UtcTime now, std::size_t batch) {
  std::size_t removed = 0;
  for (const Query& query : kRemoveExpired) {  // a transaction each: none of them holds the writer for long
    SIGMA_CO_TRY(const auto count,
                 co_await db_.write({.single_statement = true}, [&query, now, batch](Connection& connection) {
                   return change(connection, query, {now, static_cast<std::int64_t>(batch)});
                 }));
    removed += count;
  }
  co_return removed;
}

Task<Result<void>> Maintenance::ping() {
  static const Query kPing("SELECT 1");
  return db_.read([](Connection& connection) -> Result<void> {
    SIGMA_CHECK(change(connection, kPing, {}));
    return {};
  });
}

}  // namespace sigma::store
