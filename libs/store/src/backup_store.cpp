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

namespace {

const std::string kColumns = "bap_id, version, content, created_at";

}  // namespace

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
