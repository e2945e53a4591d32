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

 private:
  Database& db_;
};

}  // namespace sigma::store
