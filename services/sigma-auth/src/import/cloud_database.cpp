#include "import/cloud_database.hpp"

#include <algorithm>

#include "import/cloud_rows.hpp"
#include "sigma/store_postgres/connector.hpp"

namespace sigma::service {

using core::Json;
using core::Result;
using store::sql::Query;

namespace {

constexpr std::chrono::minutes kStatementTimeout{1};
constexpr std::size_t kMaxDepth = 128;  // of profiles, within which anything may be

}  // namespace

Result<CloudDatabase> CloudDatabase::open(const std::string& url) {
  SIGMA_TRY(auto connection, store_postgres::make_connector(url, {.statement_timeout = kStatementTimeout}).open());
  SIGMA_CHECK(connection->execute_script("SET TIME ZONE 'UTC'; SET default_transaction_read_only = on"));
  CloudDatabase database(std::move(connection));
  // Adapters write names in one style or the other; before 0.0.28 clients were elsewhere.
  SIGMA_TRY(database.clients_,
            database.find_table({"\"oauthClient\"", "oauth_client", "\"oauthApplication\"", "oauth_application"}));
  SIGMA_TRY(database.users_, database.find_table({"\"user\"", "users"}));
  SIGMA_TRY(database.consents_, database.find_table({"\"oauthConsent\"", "oauth_consent"}));
  SIGMA_TRY(database.identities_, database.find_table({"profile", "profiles"}));
  SIGMA_TRY(database.identity_owner_, database.find_column(database.identities_, {"user_id", "userId"}));
  if (database.clients_.empty() || database.users_.empty()) {
    return core::Error{core::Code::invalid_input,
                       "That is no database of Better Auth: it has no table \"user\", or none of OAuth clients."};
  }
  return database;
}

Result<std::string> CloudDatabase::find_table(std::initializer_list<const char*> names) {
  static const Query kExists("SELECT json_build_object('found', to_regclass($1) IS NOT NULL)::text");
  for (const char* name : names) {
    SIGMA_TRY(const Rows found, rows(kExists, name));
    if (found.front().value("found", false)) return name;
  }
  return "";
}

Result<std::string> CloudDatabase::find_column(const std::string& table, std::initializer_list<const char*> names) {
  static const Query kColumns(
      "SELECT json_build_object('columns', json_agg(attname))::text FROM pg_attribute WHERE attrelid = "
      "to_regclass($1)");
  if (table.empty()) return "";
  SIGMA_TRY(const Rows found, rows(kColumns, table));
  for (const char* name : names) {
    const Json& columns = found.front().at("columns");
    if (std::ranges::find(columns, name) != columns.end()) return fmt::format("\"{}\"", name);
  }
  return core::Error{core::Code::invalid_input, fmt::format("The table {} does not say whose its rows are.", table)};
}

Result<CloudDatabase::Rows> CloudDatabase::rows(const Query& query, const std::string& parameter) {
  Rows all;
  std::optional<core::Error> unreadable;
  const store::sql::Params params{parameter};
  SIGMA_CHECK(connection_->execute(query, params, [&](const store::sql::Row& row) {
    auto json = core::parse_json(row.text(0), kMaxDepth);
    if (json)
      all.push_back(with_snake_case(*json));
    else
      unreadable = json.error();
  }));
  if (unreadable) return *unreadable;
  return all;
}

Result<void> CloudDatabase::each(const std::string& table, const Visitor& visit) {
  if (table.empty()) return {};
  const Query page(
      fmt::format("SELECT row_to_json(t)::text FROM {} t WHERE id::text > $1 ORDER BY id::text LIMIT 500", table));
  for (std::string after;;) {
    SIGMA_TRY(Rows found, rows(page, after));
    if (found.empty()) return {};
    for (Json& row : found) {
      const auto id = row.find("id");
      after = id->is_string() ? id->get<std::string>() : core::dump_json(*id);
      SIGMA_CHECK(visit(std::move(row)));
    }
  }
}

Result<std::vector<Json>> CloudDatabase::identities_of(const std::string& user_id) {
  if (identities_.empty()) return Rows{};
  const Query of_user(fmt::format("SELECT row_to_json(t)::text FROM {} t WHERE {} = $1", identities_, identity_owner_));
  return rows(of_user, user_id);
}

}  // namespace sigma::service
