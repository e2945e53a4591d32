#pragma once
#include <optional>
#include <string>
#include <vector>

#include "sigma/core/result.hpp"
#include "sigma/core/task.hpp"
#include "sigma/store/database.hpp"
#include "sigma/store/rows.hpp"

namespace sigma::store {

/// Encrypted backups of identities.
class BackupStore {
 public:
  explicit BackupStore(Database& db) : db_(db) {}
  /// Stores a new version and, in the same commit, forgets all but the newest `keep`. Answers its number, from 1 on.
  core::Task<core::Result<std::int64_t>> add(BapId bap_id, std::string content, UtcTime now, std::int64_t keep);
  /// One version, or the newest.
  core::Task<core::Result<std::optional<Backup>>> find(BapId bap_id, std::optional<std::int64_t> version);
  core::Task<core::Result<std::vector<BackupVersion>>> list(BapId bap_id);  ///< newest first
  /// How many identities that belong to no user have backups here. Like the next it looks at every identity that has
  /// one: ask now and then, not per request.
  core::Task<core::Result<std::int64_t>> count_unclaimed();
  /// Removes the backups of up to `batch` identities that belong to no user and have got no new one since `before`; of
  /// how many identities.
  core::Task<core::Result<std::size_t>> remove_unclaimed(UtcTime before, std::size_t batch);

 private:
  Database& db_;
};

}  // namespace sigma::store
