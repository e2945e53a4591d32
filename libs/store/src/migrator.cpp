#include "sigma/store/migrator.hpp"

#include <fmt/format.h>

#include <map>

#include "sigma/core/encoding.hpp"
#include "sigma/crypto/digest.hpp"
#include "statements.hpp"

namespace sigma::store {
namespace {

using core::Code;
using core::Error;

const std::string kCreateTable =
    "CREATE TABLE IF NOT EXISTS schema_migration "
    "(version BIGINT PRIMARY KEY, name TEXT NOT NULL, checksum TEXT NOT NULL, applied_at BIGINT NOT NULL)";
const Query kList{"SELECT version, name, checksum, applied_at FROM schema_migration ORDER BY version"};
const Query kInsert{"INSERT INTO schema_migration (version, name, checksum, applied_at) VALUES ($1, $2, $3, $4)"};
// SQLite's write transaction is lock enough. The number is arbitrary, but ours.
const Query kLock{"SELECT 1", "SELECT 1 FROM (SELECT pg_advisory_xact_lock(7237014150911)) AS waited"};

struct Applied {
  std::string checksum;
  UtcTime at;
};

std::string checksum_of(const sql::Migration& migration) {
  return core::hex_encode(crypto::view(crypto::sha256(migration.text)));
}

// Runs `work` in a transaction that holds the migration lock.
template <class Work>
Result<void> locked(Connection& connection, Work work) {
  SIGMA_CHECK(connection.begin());
  const auto attempt = [&]() -> Result<void> {
    SIGMA_CHECK(change(connection, kLock, {}));
    return work();
  };
  if (auto done = attempt(); !done) {
    connection.rollback();
    return done;
  }
  return connection.commit();
}

}  // namespace

Result<std::vector<MigrationState>> Migrator::status_on(Connection& connection) {
  std::map<std::int64_t, Applied> applied;
  SIGMA_CHECK(connection.execute(kList, Params{}, [&](const sql::Row& row) {
    applied[row.integer(0)] = {row.text(2), UtcTime{row.integer(3)}};
  }));
  std::vector<MigrationState> states;
  for (const sql::Migration& migration : connector_.migrations) {
    MigrationState state{migration.version, std::string(migration.name), std::nullopt};
    if (const auto found = applied.find(migration.version); found != applied.end()) {
      if (found->second.checksum != checksum_of(migration)) {
        return Error{Code::conflict, fmt::format("Migration {:04}_{} was applied to this database with another text. Use the release that made this database.",
                                                 migration.version, migration.name)};
      }
      state.applied_at = found->second.at;
      applied.erase(found);
    }
    states.push_back(std::move(state));
  }
  if (!applied.empty()) {
    return Error{Code::conflict, fmt::format("The database is newer than this program: it has migration {:04}, which this release does not know. Start the newer release.",
                                             applied.rbegin()->first)};
  }
  return states;
}

Result<std::vector<MigrationState>> Migrator::status() {
  SIGMA_TRY(const auto connection, connector_.open());
  SIGMA_CHECK(locked(*connection, [&] { return connection->execute_script(kCreateTable); }));
  return status_on(*connection);
}

Result<std::vector<MigrationState>> Migrator::migrate() {
  SIGMA_TRY(const auto connection, connector_.open());
  SIGMA_CHECK(locked(*connection, [&] { return connection->execute_script(kCreateTable); }));
  std::vector<MigrationState> news;
  for (const sql::Migration& migration : connector_.migrations) {
    const auto apply = [&]() -> Result<void> {
      // Asked again under the lock: another process may just have done it.
      SIGMA_TRY(const auto states, status_on(*connection));
      for (const MigrationState& state : states) {
        if (state.version == migration.version && state.applied_at) return {};
      }
      SIGMA_CHECK(connection->execute_script(std::string(migration.text)));
      const std::string name(migration.name);
      const UtcTime now = clock_.now();
      SIGMA_CHECK(change(*connection, kInsert, {std::int64_t{migration.version}, name, checksum_of(migration), now}));
      news.push_back({migration.version, name, now});
      return {};
    };
    SIGMA_CHECK(locked(*connection, apply));
  }
  return news;
}

}  // namespace sigma::store
