#pragma once
#include <SQLiteCpp/Database.h>
#include <SQLiteCpp/Statement.h>

#include <memory>
#include <string>
#include <vector>

#include "sigma/store_sqlite/connector.hpp"

namespace sigma::store_sqlite {

class Connection final : public store::sql::Connection {
 public:
  /// Throws SQLite::Exception.
  Connection(const std::string& path, const Options& options);

  store::sql::Dialect dialect() const override { return store::sql::Dialect::sqlite; }
  core::Result<std::size_t> execute(const store::sql::Query& query, std::span<const store::sql::Param> params,
                                    const store::sql::RowVisitor& visit) override;
  core::Result<void> execute_script(const std::string& script) override;
  core::Result<void> begin() override;
  core::Result<void> commit() override;
  void rollback() noexcept override;
  bool prefers_autocommit() const override { return false; }
  bool is_usable() override { return true; }
  store::sql::Failure last_failure() const override { return failure_; }

 private:
  struct Prepared {
    SQLite::Statement statement;
    std::vector<int> indexes;  ///< SQLite's index of $1, $2 … (0: not in the text)
  };

  Prepared& prepare(const store::sql::Query& query, std::size_t param_count);
  core::Result<void> exec(const char* script);
  /// Turns the exception in flight into an error.
  core::Error caught();

  SQLite::Database database_;
  std::vector<std::unique_ptr<Prepared>> prepared_;  ///< by Query::id
  store::sql::Failure failure_ = store::sql::Failure::none;
};

/// For exceptions of SQLiteCpp: unavailable (busy, full, unreadable), conflict (constraint) or internal.
core::Error error_from(const SQLite::Exception& exception);

}  // namespace sigma::store_sqlite
