#pragma once
#include <cstdint>
#include <string_view>
#include <vector>

#include "sigma/core/clock.hpp"
#include "sigma/core/result.hpp"
#include "sigma/core/task.hpp"
#include "sigma/store/database.hpp"
#include "sigma/store/rows.hpp"

namespace sigma::store {

struct TableCount {
  std::string_view table;
  std::int64_t rows = 0;  ///< Statistics::kCountLimit: that many or more
  bool operator==(const TableCount&) const = default;
};

/// What came into being since a moment; each number at most Statistics::kCountLimit.
struct RecentActivity {
  std::int64_t users = 0;
  std::int64_t sessions = 0;  ///< of those that still exist
  std::int64_t grants = 0;    ///< the same
  bool operator==(const RecentActivity&) const = default;
};

/// Numbers for an operator's overview. Every query reads kCountLimit rows at most, however large the tables are.
class Statistics {
 public:
  static constexpr std::int64_t kCountLimit = 10'000;

  explicit Statistics(Database& db) : db_(db) {}
  core::Task<core::Result<std::vector<TableCount>>> count_tables();
  core::Task<core::Result<RecentActivity>> count_since(UtcTime since);

 private:
  Database& db_;
};

}  // namespace sigma::store
