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

/// Of every table, by name. SQLite looks at each page for it: ask every few minutes, not per request.
core::Task<core::Result<std::vector<TableSize>>> table_sizes(Database& db);

}  // namespace sigma::store
