// What a `doctor` asks of a database beyond an answer.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "sigma/core/result.hpp"
#include "sigma/core/task.hpp"
#include "sigma/store/database.hpp"

namespace sigma::store {

/// What SQLite finds wrong in its file, each in its own words, ten at most; nothing on Postgres, which has checksums of
/// its own. Reads the whole file: not for a server. An error when the file is too broken to be read.
core::Task<core::Result<std::vector<std::string>>> find_damage(Database& db);

/// Commits a change that changes nothing: fails when the disk is full or may not be written, or Postgres only reads.
core::Task<core::Result<void>> try_write(Database& db);

/// How many connections Postgres has for everybody but its superuser; nothing on SQLite.
core::Task<core::Result<std::optional<std::int64_t>>> connection_limit(Database& db);

}  // namespace sigma::store
