#include "sigma/store_postgres/connector.hpp"

#include "connection.hpp"
#include "migrations.hpp"
#include "settings.hpp"

namespace sigma::store_postgres {
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
