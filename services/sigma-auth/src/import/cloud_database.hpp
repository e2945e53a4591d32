// The Sigma cloud's database, or any of Better Auth on Postgres with Sigma's plugins, read and never written.
#pragma once
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "sigma/core/json.hpp"
#include "sigma/store/sql.hpp"

namespace sigma::service {

class CloudDatabase {
 public:
  /// `url`: as libpq reads it. Code::unavailable when it does not answer, Code::invalid_input when it has no table of
  /// people or of clients.
  static core::Result<CloudDatabase> open(const std::string& url);

  using Visitor = std::function<core::Result<void>(core::Json row)>;
  /// Each row in order of its id, with columns in snake case (with_snake_case()); a few hundred are in memory at a
  /// time.
  core::Result<void> each_client(const Visitor& visit) { return each(clients_, visit); }
  core::Result<void> each_user(const Visitor& visit) { return each(users_, visit); }
  core::Result<void> each_consent(const Visitor& visit) { return each(consents_, visit); }
  core::Result<std::vector<core::Json>> identities_of(const std::string& user_id);

 private:
  using Rows = std::vector<core::Json>;

  explicit CloudDatabase(std::unique_ptr<store::sql::Connection> connection) : connection_(std::move(connection)) {}
  core::Result<std::string> find_table(std::initializer_list<const char*> names);
  core::Result<std::string> find_column(const std::string& table, std::initializer_list<const char*> names);
  core::Result<void> each(const std::string& table, const Visitor& visit);
  core::Result<Rows> rows(const store::sql::Query& query, const std::string& parameter);

  std::unique_ptr<store::sql::Connection> connection_;
  std::string clients_, users_, consents_, identities_;  ///< names as SQL writes them; empty: there is none
  std::string identity_owner_;                           ///< the column of identities_ that names the person
};

}  // namespace sigma::service
