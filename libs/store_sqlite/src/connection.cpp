#include "connection.hpp"

#include <SQLiteCpp/Exception.h>
#include <sqlite3.h>

#include <thread>

namespace sigma::store_sqlite {
namespace {

using core::Code;
using core::Error;
using core::Result;
using store::sql::Failure;
using store::sql::Param;
using store::sql::Query;

class CurrentRow final : public store::sql::Row {
 public:
  explicit CurrentRow(SQLite::Statement& statement) : statement_(statement) {}
  bool is_null(int column) const override { return statement_.getColumn(column).isNull(); }
  std::int64_t integer(int column) const override { return statement_.getColumn(column).getInt64(); }
  bool boolean(int column) const override { return integer(column) != 0; }
  std::string text(int column) const override { return statement_.getColumn(column).getString(); }
  std::string blob(int column) const override { return statement_.getColumn(column).getString(); }

 private:
  SQLite::Statement& statement_;
};

struct Bind {
  SQLite::Statement& statement;
  int index;
  void operator()(std::nullptr_t) const { statement.bind(index); }
  void operator()(std::int64_t number) const { statement.bind(index, number); }
  void operator()(bool flag) const { statement.bind(index, flag ? 1 : 0); }
  void operator()(const std::string& text) const { statement.bindNoCopy(index, text); }
  void operator()(std::string_view text) const { statement.bind(index, std::string(text)); }
  // An empty view may have no address, which SQLite would take for NULL.
  void operator()(store::sql::Blob blob) const {
    statement.bind(index, blob.bytes.empty() ? "" : static_cast<const void*>(blob.bytes.data()),
                   static_cast<int>(blob.bytes.size()));
  }
};

/// Ends the statement's read transaction however the loop was left.
struct Reset {
  SQLite::Statement& statement;
  ~Reset() { statement.tryReset(); }
};

bool is_conflict(int code) {
  return code == SQLITE_BUSY || code == SQLITE_LOCKED;
}

// Several that open a new file at once are in each other's way, and for this change alone SQLite does not wait by
// itself.
void enter_wal_mode(SQLite::Database& database, core::Milliseconds patience) {
  constexpr core::Milliseconds kPause{5};
  const auto deadline = std::chrono::steady_clock::now() + patience;
  for (;;) {
    try {
      database.exec("PRAGMA journal_mode = WAL");
      return;
    } catch (const SQLite::Exception& exception) {
      if (!is_conflict(exception.getErrorCode()) || std::chrono::steady_clock::now() > deadline) throw;
    }
    std::this_thread::sleep_for(kPause);
  }
}

bool is_outage(int code) {
  switch (code) {
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
    case SQLITE_FULL:
    case SQLITE_IOERR:
    case SQLITE_READONLY:
    case SQLITE_CANTOPEN:
    case SQLITE_NOMEM:
    case SQLITE_PERM:
    case SQLITE_NOTADB:
    case SQLITE_CORRUPT:
    case SQLITE_INTERRUPT:
      return true;
    default:
      return false;
  }
}

}  // namespace

Error error_from(const SQLite::Exception& exception) {
  const int code = exception.getErrorCode();
  const std::string cause = fmt::format("sqlite {}: {}", exception.getExtendedErrorCode(), exception.what());
  if (code == SQLITE_NOTADB) return {Code::unavailable, "The file of the database is none of SQLite's.", cause};
  if (code == SQLITE_CORRUPT) return {Code::unavailable, "The file of the database is damaged.", cause};
  if (is_outage(code)) return {Code::unavailable, "The database is not available; try again in a moment.", cause};
  if (code == SQLITE_CONSTRAINT) return {Code::conflict, "This contradicts what is stored already.", cause};
  return {Code::internal, "Something went wrong in the database.", cause};
}

Connection::Connection(const std::string& path, const Options& options)
    : database_(path, SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE | SQLite::OPEN_NOMUTEX,
                static_cast<int>(options.busy_timeout.count())) {
  enter_wal_mode(database_, options.busy_timeout);
  database_.exec(
      "PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON; PRAGMA temp_store = MEMORY; "
      "PRAGMA journal_size_limit = 67108864; PRAGMA trusted_schema = OFF;");
}

Connection::Prepared& Connection::prepare(const Query& query, std::size_t param_count) {
  if (prepared_.size() <= query.id()) prepared_.resize(query.id() + 1);
  auto& slot = prepared_[query.id()];
  if (!slot) {
    slot = std::make_unique<Prepared>(Prepared{SQLite::Statement(database_, query.text(dialect())), {}});
  }
  // To SQLite "$1" is a name, numbered in order of appearance.
  while (slot->indexes.size() < param_count) {
    slot->indexes.push_back(slot->statement.getIndex(fmt::format("${}", slot->indexes.size() + 1).c_str()));
  }
  return *slot;
}

Result<std::size_t> Connection::execute(const Query& query, std::span<const Param> params,
                                        const store::sql::RowVisitor& visit) {
  failure_ = Failure::none;
  try {
    Prepared& prepared = prepare(query, params.size());
    SQLite::Statement& statement = prepared.statement;
    const Reset reset{statement};
    for (std::size_t i = 0; i < params.size(); ++i) {
      if (prepared.indexes[i] > 0) std::visit(Bind{statement, prepared.indexes[i]}, params[i].value());
    }
    std::size_t rows = 0;
    const CurrentRow row(statement);
    while (statement.executeStep()) {
      ++rows;
      visit(row);
    }
    return statement.getColumnCount() > 0 ? rows : static_cast<std::size_t>(statement.getChanges());
  } catch (...) {
    return caught();
  }
}

Result<void> Connection::exec(const char* script) {
  failure_ = Failure::none;
  try {
    database_.exec(script);
    return {};
  } catch (...) {
    return caught();
  }
}

Result<void> Connection::execute_script(const std::string& script) {
  return exec(script.c_str());
}

// IMMEDIATE takes the write lock now, with the busy time-out; a later upgrade could fail at once.
Result<void> Connection::begin() {
  return exec("BEGIN IMMEDIATE");
}

Result<void> Connection::commit() {
  return exec("COMMIT");
}

void Connection::rollback() noexcept {
  if (sqlite3_get_autocommit(database_.getHandle()) == 0)
    sqlite3_exec(database_.getHandle(), "ROLLBACK", nullptr, nullptr, nullptr);
}

Error Connection::caught() {
  failure_ = Failure::statement;
  try {
    throw;  // cppcheck-suppress rethrowNoCurrentException ; called by handlers only
  } catch (const SQLite::Exception& exception) {
    if (is_conflict(exception.getErrorCode())) failure_ = Failure::conflict;
    return error_from(exception);
  } catch (const std::exception& exception) {
    return {Code::internal, "A stored row could not be read.", exception.what()};
  }
}

}  // namespace sigma::store_sqlite
