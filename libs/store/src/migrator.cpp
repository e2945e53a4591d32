#include "sigma/store/migrator.hpp"

#include <map>
#include <thread>

#include "sigma/core/encoding.hpp"
#include "sigma/crypto/digest.hpp"
#include "statements.hpp"

namespace sigma::store {

struct AppliedMigration {
  std::int64_t version;
  std::string name;
  std::string checksum;
  std::int64_t oldest_program;
  UtcTime applied_at;
};

static void read_row(Columns columns, AppliedMigration& out) {
  columns.read(out.version, out.name, out.checksum, out.oldest_program, out.applied_at);
}

namespace {

using core::Code;
using core::Error;
using Applied = std::map<std::int64_t, AppliedMigration>;
using Known = std::span<const sql::Migration>;

const std::string kCreateTable =
    "CREATE TABLE IF NOT EXISTS schema_migration ("
    "version bigint PRIMARY KEY, name text NOT NULL, checksum text NOT NULL, "
    "oldest_program bigint NOT NULL, applied_at bigint NOT NULL)";

const Query kTableExists(
    "SELECT EXISTS (SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = 'schema_migration')",
    "SELECT to_regclass('schema_migration') IS NOT NULL");

const Query kApplied("SELECT version, name, checksum, oldest_program, applied_at FROM schema_migration");

const Query kRecord(
    "INSERT INTO schema_migration (version, name, checksum, oldest_program, applied_at) VALUES ($1, $2, $3, $4, $5)");

// SQLite's begin() holds the only write lock already. A migration may take long, and who waits for another program's
// migration, too: no time-outs for either.
const Query kNoTimeouts("SELECT 1",
                        "SELECT set_config('lock_timeout', '0', true), set_config('statement_timeout', '0', true)");
const Query kBriefLocks("SELECT $1", "SELECT set_config('lock_timeout', $1, true)");
const Query kLock("SELECT 1", "SELECT pg_advisory_xact_lock(7310868735402535)");

std::string checksum_of(const sql::Migration& migration) {
  return core::hex_encode(crypto::to_string(crypto::sha256(migration.text)));
}

/// The oldest schema version whose program can still work with the database after this migration.
std::int64_t oldest_program(const sql::Migration& migration) {
  constexpr std::string_view kMark = "-- oldest-program: ";
  const auto at = migration.text.find(kMark);
  if (at == std::string_view::npos) return migration.version;
  std::int64_t version = 0;
  for (const char c : migration.text.substr(at + kMark.size(), 9)) {
    if (c < '0' || c > '9') break;
    version = version * 10 + (c - '0');
  }
  return version;
}

Result<Applied> applied_in(Connection& connection) {
  SIGMA_TRY(const auto exists, find_one<bool>(connection, kTableExists, {}));
  Applied applied;
  if (!exists.value_or(false)) return applied;
  SIGMA_TRY(auto rows, find_all<AppliedMigration>(connection, kApplied, {}));
  for (auto& row : rows) applied.emplace(row.version, std::move(row));
  return applied;
}

/// Refuses what this program was not built for. Missing migrations are fine.
Result<void> check(const Applied& applied, Known known) {
  const std::int64_t newest = known.empty() ? 0 : known.back().version;
  for (const auto& [version, row] : applied) {
    const auto ours = std::find_if(known.begin(), known.end(), [v = version](const auto& m) { return m.version == v; });
    if (ours == known.end()) {
      if (version > newest && row.oldest_program <= newest) continue;
      return Error{
          Code::conflict,
          fmt::format("The database has migration {:04}_{}, which this program does not know; it knows up to {:04}. "
                      "Run the newer release, or restore a backup made before the upgrade.",
                      version, row.name, newest)};
    }
    if (row.checksum != checksum_of(*ours)) {
      return Error{
          Code::conflict,
          fmt::format("Migration {:04}_{} in the database differs from the one in this program (SHA-256 {} there, "
                      "{} here). A released migration is never edited: run the release that applied it.",
                      version, row.name, row.checksum, checksum_of(*ours))};
    }
  }
  return {};
}

/// Applies the first missing migration inside the open transaction; nothing when there is none.
Result<std::optional<MigrationState>> apply_next(Connection& connection, Known known, UtcTime now,
                                                 core::Milliseconds lock_timeout) {
  SIGMA_CHECK(change(connection, kNoTimeouts, {}));
  SIGMA_CHECK(change(connection, kLock, {}));
  SIGMA_CHECK(change(connection, kBriefLocks, {std::to_string(lock_timeout.count())}));
  SIGMA_CHECK(connection.execute_script(kCreateTable));
  SIGMA_TRY(const Applied applied, applied_in(connection));
  SIGMA_CHECK(check(applied, known));
  for (const sql::Migration& migration : known) {
    if (applied.contains(migration.version)) continue;
    SIGMA_CHECK(connection.execute_script(std::string(migration.text)));
    const std::string name(migration.name);
    SIGMA_CHECK(
        change(connection, kRecord,
               {std::int64_t{migration.version}, name, checksum_of(migration), oldest_program(migration), now}));
    return std::optional(MigrationState{migration.version, name, now});
  }
  return std::optional<MigrationState>{};
}

Error held_by_others(const MigrationPatience& patience, const Error& last) {
  return {
      Code::unavailable,
      fmt::format("Others hold a table that the next migration changes; {} tries of {} ms each did not get it, and "
                  "nothing has changed. Look in pg_stat_activity for a transaction that is open for long (a dump, a "
                  "report, a forgotten psql), let it end, and run `sigma-auth migrate` again.",
                  patience.tries, patience.lock_timeout.count()),
      last.cause()};
}

}  // namespace

Result<std::vector<MigrationState>> Migrator::status() {
  SIGMA_TRY(const auto connection, connector_.open());
  SIGMA_TRY(const Applied applied, applied_in(*connection));
  SIGMA_CHECK(check(applied, connector_.migrations));
  std::map<std::int64_t, MigrationState> states;
  for (const auto& migration : connector_.migrations) {
    states[migration.version] = {migration.version, std::string(migration.name), {}};
  }
  for (const auto& [version, row] : applied) states[version] = {static_cast<int>(version), row.name, row.applied_at};
  std::vector<MigrationState> list;
  list.reserve(states.size());
  for (auto& [version, state] : states) list.push_back(std::move(state));
  return list;
}

Result<std::vector<MigrationState>> Migrator::migrate() {
  SIGMA_TRY(const auto connection, connector_.open());
  std::vector<MigrationState> news;
  for (;;) {
    SIGMA_TRY(auto applied, migrate_next(*connection));
    if (!applied) return news;
    news.push_back(std::move(*applied));
  }
}

Result<std::optional<MigrationState>> Migrator::migrate_next(Connection& connection) {
  for (int attempt = 1;; ++attempt) {
    SIGMA_CHECK(connection.begin());
    auto applied = apply_next(connection, connector_.migrations, clock_.now(), patience_.lock_timeout);
    if (applied) {
      SIGMA_CHECK(connection.commit());
      return applied;
    }
    const sql::Failure failure = connection.last_failure();
    const bool held = failure == sql::Failure::locked || failure == sql::Failure::conflict;
    connection.rollback();
    if (!held) return applied;
    if (attempt >= patience_.tries) return held_by_others(patience_, applied.error());
    std::this_thread::sleep_for(patience_.pause);
  }
}

}  // namespace sigma::store
