#include "sigma/store/statistics.hpp"

#include "statements.hpp"

namespace sigma::store {

using core::Task;

namespace {

struct Counted {
  std::string_view table;
  Query query;
};

Counted rows_of(std::string_view table) {
  return {table, Query(fmt::format("SELECT count(*) FROM (SELECT 1 FROM {} LIMIT $1) AS counted", table))};
}

// Ids are UUIDv7: the newest rows are the last of the primary key.
Query newest_of(std::string_view table) {
  return Query(fmt::format(
      "SELECT count(*) FROM (SELECT created_at FROM {} ORDER BY id DESC LIMIT $1) AS newest WHERE created_at > $2",
      table));
}

}  // namespace

Task<Result<std::vector<TableCount>>> Statistics::count_tables() {
  static const Counted kTables[] = {
      rows_of("users"),        rows_of("profiles"),        rows_of("sessions"),          rows_of("clients"),
      rows_of("consents"),     rows_of("grants"),          rows_of("access_tokens"),     rows_of("refresh_tokens"),
      rows_of("device_codes"), rows_of("pushed_requests"), rows_of("logout_deliveries"), rows_of("used_keys"),
      rows_of("backups"),      rows_of("signing_keys"),
  };
  return db_.read([](Connection& connection) -> Result<std::vector<TableCount>> {
    std::vector<TableCount> counts;
    for (const Counted& counted : kTables) {
      SIGMA_TRY(const auto rows, find_one<std::int64_t>(connection, counted.query, {kCountLimit}));
      counts.push_back({counted.table, rows.value_or(0)});
    }
    return counts;
  });
}

Task<Result<RecentActivity>> Statistics::count_since(UtcTime since) {
  static const Query kUsers = newest_of("users");
  static const Query kSessions = newest_of("sessions");
  static const Query kGrants = newest_of("grants");
  return db_.read([since](Connection& connection) -> Result<RecentActivity> {
    RecentActivity recent;
    for (const auto& [query, number] : {std::pair{&kUsers, &recent.users}, std::pair{&kSessions, &recent.sessions},
                                        std::pair{&kGrants, &recent.grants}}) {
      SIGMA_TRY(const auto rows, find_one<std::int64_t>(connection, *query, {kCountLimit, since}));
      *number = rows.value_or(0);
    }
    return recent;
  });
}

}  // namespace sigma::store
