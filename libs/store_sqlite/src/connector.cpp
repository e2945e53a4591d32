#include "sigma/store_sqlite/connector.hpp"

#include <SQLiteCpp/Exception.h>
#include <fcntl.h>
#include <unistd.h>

#include "connection.hpp"
#include "migrations.hpp"

namespace sigma::store_sqlite {
namespace {

/// The file holds hashes, sealed keys and people's data. SQLite gives -wal and -shm the permissions of the file.
/// Never opens a file that is there: closing it again would drop the locks of our other connections (POSIX).
void create_private(const std::string& path) {
  const int file = ::open(path.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  if (file >= 0) ::close(file);
}

}  // namespace

store::sql::Connector make_connector(std::string path, Options options) {
  auto open = [path = std::move(path), options]() -> core::Result<std::unique_ptr<store::sql::Connection>> {
    try {
      create_private(path);
      return std::unique_ptr<store::sql::Connection>(std::make_unique<Connection>(path, options));
    } catch (const SQLite::Exception& exception) {
      return error_from(exception);
    }
  };
  return {.open = std::move(open), .migrations = kMigrations, .max_writers = 1};
}

}  // namespace sigma::store_sqlite
