// One statement on the connection of the caller's own event loop; on the database's threads where it has none.
#pragma once
#include "sigma/store/loop_connection.hpp"
#include "sigma/store/store.hpp"
#include "statements.hpp"

namespace sigma::store {

/// Tries the caller's loop: not_done where it has no connection to `database` that is ready.
Task<LoopAnswer> execute_on_loop(const Database& database, LoopUse use, LoopStatement statement);

/// `query` only reads. The first row as a T; `params` may view what lives as long as the calling coroutine.
template <class T>
Task<Found<T>> find_first(Database& database, const Query& query, Params params) {
  std::optional<T> found;
  const sql::RowVisitor visit = [&found](const sql::Row& row) {
    if (!found) read_row(Columns{row}, found.emplace());
  };
  LoopStatement statement{.query = &query, .params = params, .visit = &visit};
  const LoopAnswer answer = co_await execute_on_loop(database, LoopUse::reads, std::move(statement));
  if (answer.outcome == LoopAnswer::Outcome::done) co_return std::move(found);
  co_return co_await database.read(
      [&query, &params](Connection& connection) { return find_one<T>(connection, query, params); });
}

/// The number of rows changed when the caller's loop has run the change, nothing when it is still to be done, and an
/// error when nobody knows.
Task<Result<std::optional<std::size_t>>> change_on_loop(const Database& database, std::string_view key,
                                                        const Query& query, Params params);

}  // namespace sigma::store
