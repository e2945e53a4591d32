#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "sigma/core/result.hpp"
#include "sigma/core/task.hpp"
#include "sigma/store/database.hpp"

namespace sigma::store {

struct TableSize {
  std::string table;
  std::int64_t rows = 0;   ///< an estimate
  std::int64_t bytes = 0;  ///< with indexes
};

/// Of every table, by name. Postgres keeps count: ask every few minutes, not per request. SQLite reads the whole file
/// for it: ask once a day.
core::Task<core::Result<std::vector<TableSize>>> table_sizes(Database& db);

/// Of the whole database, with what is free in it. Cheap.
core::Task<core::Result<std::int64_t>> database_bytes(Database& db);

}  // namespace sigma::store
