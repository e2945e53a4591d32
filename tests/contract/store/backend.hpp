// A fresh, empty database of either kind for one test.
#pragma once
#include <gtest/gtest.h>

#include <filesystem>
#include <future>
#include <string>

#include "sigma/core/testing/fixed.hpp"
#include "sigma/core/testing/run.hpp"
#include "sigma/store/migrator.hpp"
#include "sigma/store/store.hpp"

namespace sigma::store::contract {

/// A database file in a folder of its own.
class SqliteBackend {
 public:
  SqliteBackend();
  ~SqliteBackend();
  sql::Connector connector() const;
  const std::filesystem::path& folder() const { return folder_; }

 private:
  std::filesystem::path folder_;
};

/// A schema of its own in the database that SIGMA_TEST_POSTGRES_URL names.
class PostgresBackend {
 public:
  PostgresBackend();
  ~PostgresBackend();
  sql::Connector connector() const;
  /// Ends every connection to this schema's programs but the caller's; how many.
  std::size_t kill_connections() const;

 private:
  std::string schema_;
};

/// The store of a database with the current schema.
template <class Backend>
class StoreContract : public ::testing::Test {
 protected:
  StoreContract() {
    core::testing::FixedClock clock;
    const auto migrated = Migrator(backend_.connector(), clock).migrate();
    if (!migrated) throw std::runtime_error(migrated.error().description() + " " + migrated.error().cause());
    open();
  }
  void open(DatabaseOptions options = {}) {
    store_.reset();
    database_ = std::make_unique<Database>(backend_.connector(), options);
    store_ = std::make_unique<Store>(*database_);
  }
  Store& store() { return *store_; }
  Database& database() { return *database_; }

  Backend backend_;

 private:
  std::unique_ptr<Database> database_;
  std::unique_ptr<Store> store_;
};

using Backends = ::testing::Types<SqliteBackend, PostgresBackend>;

/// The value of a result that must be there.
template <class T>
T must(core::Result<T> result) {
  if (!result) throw std::runtime_error(result.error().description() + " " + result.error().cause());
  if constexpr (!std::is_void_v<T>) return std::move(*result);
}

using core::testing::run_all;

/// Runs one task to its end and takes its value.
template <class T>
T await(Task<Result<T>> task) {
  return must(core::testing::run(std::move(task)));
}

}  // namespace sigma::store::contract
