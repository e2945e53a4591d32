#include "sigma/store/backup_store.hpp"
#include "statements.hpp"

namespace sigma::store {

using core::Task;

static void read_row(Columns columns, Backup& backup) {
  columns.read(backup.bap_id, backup.version, backup.content, backup.created_at);
}

static void read_row(Columns columns, BackupVersion& version) {
  columns.read(version.version, version.created_at);
}

static void read_row(Columns columns, BapId& bap_id) {
  columns.read(bap_id);
}

namespace {

const std::string kColumns = "bap_id, version, content, created_at";

const std::string kOfNobody = "NOT EXISTS (SELECT 1 FROM profiles p WHERE p.bap_id = s.bap_id)";
const std::string kNoneSince = "NOT EXISTS (SELECT 1 FROM backups b WHERE b.bap_id = s.bap_id AND b.created_at >= $1)";

}  // namespace

Task<Result<std::int64_t>> BackupStore::count_unclaimed() {
  static const Query kCount("SELECT count(*) FROM backup_series s WHERE " + kOfNobody);
  return db_.read([](Connection& connection) -> Result<std::int64_t> {
    SIGMA_TRY(const auto count, find_one<std::int64_t>(connection, kCount, {}));
    return count.value_or(0);
  });
}

Task<Result<std::size_t>> BackupStore::remove_unclaimed(UtcTime before, std::size_t batch) {
  static const std::string kOld =
      "SELECT s.bap_id FROM backup_series s WHERE " + kOfNobody + " AND " + kNoneSince + " ORDER BY s.bap_id LIMIT $2";
  // Whoever adds a backup holds the series of the identity; one who has just done so is seen by the next statement.
  static const Query kFind(kOld, kOld + " FOR UPDATE OF s SKIP LOCKED");
  static const Query kForgetSeries("DELETE FROM backup_series AS s WHERE s.bap_id = $2 AND " + kOfNobody + " AND " +
                                   kNoneSince);
  static const Query kForget("DELETE FROM backups WHERE bap_id = $1");
  return db_.write({.key = "backups"}, [before, batch](Connection& connection) -> Result<std::size_t> {
    SIGMA_TRY(const auto unclaimed, find_all<BapId>(connection, kFind, {before, static_cast<std::int64_t>(batch)}));
    std::size_t removed = 0;
    for (const BapId& bap_id : unclaimed) {
      SIGMA_TRY(const auto forgotten, change(connection, kForgetSeries, {before, bap_id}));
      if (forgotten == 0) continue;
      SIGMA_CHECK(change(connection, kForget, {bap_id}));
      ++removed;
    }
    return removed;
  });
}

Task<Result<std::int64_t>> BackupStore::add(BapId bap_id, std::string content, UtcTime now, std::int64_t keep) {
  static const Query kNext(
      "INSERT INTO backup_series (bap_id, last_version) VALUES ($1, 1) ON CONFLICT (bap_id) DO UPDATE SET last_version "
      "= backup_series.last_version + 1 RETURNING last_version");
  static const Query kInsert("INSERT INTO backups (" + kColumns + ") VALUES (" + placeholders(1, 4) + ")");
  static const Query kForget("DELETE FROM backups WHERE bap_id = $1 AND version <= $2");
  WriteTraits traits{.key = bap_id.str()};
  return db_.write(std::move(traits),
                   [bap_id = std::move(bap_id), content = std::move(content), now,
                    keep](Connection& connection) -> Result<std::int64_t> {
                     SIGMA_TRY(const auto version, find_one<std::int64_t>(connection, kNext, {bap_id}));
                     SIGMA_CHECK(change(connection, kInsert, {bap_id, *version, content, now}));
                     SIGMA_CHECK(change(connection, kForget, {bap_id, *version - keep}));
                     return *version;
                   });
}

Task<Result<std::optional<Backup>>> BackupStore::find(BapId bap_id, std::optional<std::int64_t> version) {
  static const Query kFind("SELECT " + kColumns + " FROM backups WHERE bap_id = $1 AND version = $2");
  static const Query kNewest("SELECT " + kColumns + " FROM backups WHERE bap_id = $1 ORDER BY version DESC LIMIT 1");
  return db_.read([bap_id = std::move(bap_id), version](Connection& connection) {
    return version ? find_one<Backup>(connection, kFind, {bap_id, *version})
                   : find_one<Backup>(connection, kNewest, {bap_id});
  });
}

Task<Result<std::vector<BackupVersion>>> BackupStore::list(BapId bap_id) {
  static const Query kList("SELECT version, created_at FROM backups WHERE bap_id = $1 ORDER BY version DESC");
  return db_.read([bap_id = std::move(bap_id)](Connection& connection) {
    return find_all<BackupVersion>(connection, kList, {bap_id});
  });
}

}  // namespace sigma::store
