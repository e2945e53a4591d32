#include "sigma/store/sql.hpp"

namespace sigma::store::sql {
namespace {

std::size_t next_query_id() {
  static std::atomic<std::size_t> next{0};
  return next.fetch_add(1, std::memory_order_relaxed);
}

}  // namespace

Query::Query(std::string sqlite, std::string postgres)
    : sqlite_(std::move(sqlite)), postgres_(std::move(postgres)), id_(next_query_id()) {}

}  // namespace sigma::store::sql
