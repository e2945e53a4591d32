#include "sigma/store/health.hpp"

#include "statements.hpp"

namespace sigma::store {
namespace {

const Query kDamage("PRAGMA quick_check(10)", "SELECT 'ok'");
const Query kConnections("SELECT 0 WHERE FALSE",
                         "SELECT current_setting('max_connections')::bigint - "
                         "current_setting('superuser_reserved_connections')::bigint");
const Query kSameAsBefore("UPDATE schema_migration SET name = name WHERE version = 1");

}  // namespace

core::Task<Result<std::vector<std::string>>> find_damage(Database& db) {
  return db.read([](Connection& connection) -> Result<std::vector<std::string>> {
    std::vector<std::string> said;
    const auto looked = connection.execute(kDamage, {}, [&said](const sql::Row& row) { said.push_back(row.text(0)); });
    std::erase(said, "ok");
    // Where it can go on no further SQLite says so last, after what it has found.
    if (!looked && said.empty()) return looked.error();
    return said;
  });
}

core::Task<Result<void>> try_write(Database& db) {
  return db.write({}, [](Connection& connection) -> Result<void> {
    SIGMA_CHECK(change(connection, kSameAsBefore, {}));
    return {};
  });
}

core::Task<Result<std::optional<std::int64_t>>> connection_limit(Database& db) {
  return db.read([](Connection& connection) { return find_one<std::int64_t>(connection, kConnections, {}); });
}

}  // namespace sigma::store
