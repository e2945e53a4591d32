#include "sigma/store_postgres/connector.hpp"

#include "connection.hpp"
#include "migrations.hpp"

namespace sigma::store_postgres {
namespace {

/// libpq's own defaults wait for minutes. What the URL names stays.
std::string with_defaults(std::string url) {
  constexpr std::pair<std::string_view, std::string_view> kDefaults[] = {
      {"connect_timeout", "3"},     {"tcp_user_timeout", "10000"}, {"keepalives_idle", "10"},
      {"keepalives_interval", "5"}, {"keepalives_count", "2"},     {"application_name", "sigma-auth"},
  };
  for (const auto& [name, value] : kDefaults) {
    if (url.find(fmt::format("{}=", name)) != std::string::npos) continue;
    url += fmt::format("{}{}={}", url.find('?') == std::string::npos ? '?' : '&', name, value);
  }
  return url;
}

}  // namespace

store::sql::Connector make_connector(std::string url, Options options) {
  const std::size_t writers = options.max_writers;
  auto open = [url = with_defaults(std::move(url)),
               options]() -> core::Result<std::unique_ptr<store::sql::Connection>> {
    try {
      return std::unique_ptr<store::sql::Connection>(std::make_unique<Connection>(url, options));
    } catch (const std::exception& exception) {
      return unavailable(exception.what());
    }
  };
  return {.open = std::move(open), .migrations = kMigrations, .max_writers = writers};
}

}  // namespace sigma::store_postgres
