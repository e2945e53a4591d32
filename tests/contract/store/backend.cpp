#include "backend.hpp"

#include <stdlib.h>

#include "sigma/store_postgres/connector.hpp"
#include "sigma/store_sqlite/connector.hpp"

// libpqxx 6.4 drops a result of libpq (2 KB) when it finds the connection broken while it wraps that result: once per
// connection that is killed while it works. Not ours to free.
extern "C" const char* __lsan_default_suppressions();
extern "C" const char* __lsan_default_suppressions() {
  return "leak:libpqxx-6.4\n";
}

namespace sigma::store::contract {
namespace {

std::string postgres_url() {
  const char* url = std::getenv("SIGMA_TEST_POSTGRES_URL");
  if (url == nullptr || *url == '\0') {
    throw std::runtime_error(
        "SIGMA_TEST_POSTGRES_URL is not set: run ./dev test, or tests/support/postgres/run.sh store_contract");
  }
  return url;
}

std::string url_of(const std::string& schema) {
  const std::string url = postgres_url();
  return fmt::format("{}{}options=-csearch_path%3D{}&application_name={}", url,
                     url.find('?') == std::string::npos ? '?' : '&', schema, schema);
}

std::unique_ptr<sql::Connection> administrator() {
  return must(store_postgres::make_connector(postgres_url()).open());
}

std::string unique_name() {
  static std::atomic<int> next{0};
  return fmt::format("contract_{}_{}", ::getpid(), next++);
}

}  // namespace

SqliteBackend::SqliteBackend() {
  std::string pattern = (std::filesystem::temp_directory_path() / "sigma-store-XXXXXX").string();
  if (::mkdtemp(pattern.data()) == nullptr) throw std::runtime_error("mkdtemp failed");
  folder_ = pattern;
}
SqliteBackend::~SqliteBackend() {
  std::filesystem::remove_all(folder_);
}
sql::Connector SqliteBackend::connector() const {
  return store_sqlite::make_connector((folder_ / "sigma.db").string());
}

PostgresBackend::PostgresBackend() : schema_(unique_name()) {
  must(administrator()->execute_script("CREATE SCHEMA " + schema_));
}
PostgresBackend::~PostgresBackend() {
  (void)administrator()->execute_script("DROP SCHEMA IF EXISTS " + schema_ + " CASCADE");
}
sql::Connector PostgresBackend::connector() const {
  return store_postgres::make_connector(url_of(schema_));
}

std::size_t PostgresBackend::kill_connections() const {
  static const sql::Query kKill(
      "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE application_name = $1");
  return must(administrator()->execute(kKill, sql::Params{schema_}, [](const sql::Row&) {}));
}

}  // namespace sigma::store::contract
