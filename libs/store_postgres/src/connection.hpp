#pragma once
#include <memory>
#include <optional>
#include <pqxx/pqxx>
#include <string>
#include <vector>

#include "sigma/store_postgres/connector.hpp"

namespace sigma::store_postgres {

class Connection final : public store::sql::Connection {
 public:
  /// Throws exceptions of libpqxx.
  Connection(const std::string& url, const Options& options);

  store::sql::Dialect dialect() const override { return store::sql::Dialect::postgres; }
  core::Result<std::size_t> execute(const store::sql::Query& query, std::span<const store::sql::Param> params,
                                    const store::sql::RowVisitor& visit) override;
  core::Result<void> execute_script(const std::string& script) override;
  core::Result<void> begin() override;
  core::Result<void> commit() override;
  void rollback() noexcept override;
  bool prefers_autocommit() const override { return true; }
  bool is_usable() override;
  store::sql::Failure last_failure() const override { return failure_; }

 private:
  const std::string& prepare(const store::sql::Query& query);
  pqxx::result run(const store::sql::Query& query, std::span<const store::sql::Param> params);
  pqxx::result run(pqxx::transaction_base& transaction, const store::sql::Query& query, const char* const* first,
                   const char* const* last);
  /// Turns the exception in flight into an error.
  core::Error caught();

  const bool keeps_session_;
  pqxx::connection connection_;
  pqxx::quiet_errorhandler quiet_;  ///< notices would go to standard error
  std::unique_ptr<pqxx::work> transaction_;
  std::vector<std::string> prepared_;  ///< names by Query::id, empty until used
  store::sql::Failure failure_ = store::sql::Failure::none;
};

core::Error unavailable(std::string cause);

}  // namespace sigma::store_postgres
