#include "sigma/store/table_sizes.hpp"

#include "statements.hpp"

namespace sigma::store {
namespace {

const Query kSizes(
    "SELECT s.tbl_name, max(CASE WHEN s.type = 'table' THEN d.ncell ELSE 0 END), sum(d.pgsize) FROM dbstat d "
    "JOIN sqlite_schema s ON s.name = d.name WHERE d.aggregate = TRUE GROUP BY s.tbl_name ORDER BY s.tbl_name",
    "SELECT relname::text, greatest(reltuples, 0)::bigint, pg_total_relation_size(oid)::bigint FROM pg_class "
    "WHERE relkind IN ('r', 'p') AND relnamespace = current_schema()::regnamespace ORDER BY relname");

}  // namespace

static void read_row(Columns columns, TableSize& out) {
  columns.read(out.table, out.rows, out.bytes);
}

core::Task<Result<std::vector<TableSize>>> table_sizes(Database& db) {
  return db.read([](Connection& connection) { return find_all<TableSize>(connection, kSizes, {}); });
}

core::Task<Result<std::int64_t>> database_bytes(Database& db) {
  static const Query kBytes("SELECT page_count * page_size FROM pragma_page_count(), pragma_page_size()",
                            "SELECT pg_database_size(current_database())");
  return db.read([](Connection& connection) -> Result<std::int64_t> {
    SIGMA_TRY(const auto bytes, find_one<std::int64_t>(connection, kBytes, {}));
    return bytes.value_or(0);
  });
}

}  // namespace sigma::store
