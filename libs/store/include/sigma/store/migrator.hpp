#pragma once
#include <optional>
#include <string>
#include <vector>

#include "sigma/core/clock.hpp"
#include "sigma/core/result.hpp"
#include "sigma/store/sql.hpp"

namespace sigma::store {

struct MigrationState {
  int version = 0;
  std::string name;
  std::optional<core::UtcTime> applied_at;
};

/// Brings a database to the schema this program was built with: in order, each migration in a transaction of its own,
/// forward only. Blocks: for start-up and the command line, not for I/O threads.
class Migrator {
 public:
  Migrator(sql::Connector connector, const core::Clock& clock) : connector_(std::move(connector)), clock_(clock) {}

  /// Every migration this program knows, and when the database got it. Code::conflict, with what to do, when the database
  /// has one that the program does not know (it is newer) or whose text was another (checksum).
  core::Result<std::vector<MigrationState>> status();
  /// Applies what is missing and returns it. Several processes may do so at once: one works, the others wait.
  core::Result<std::vector<MigrationState>> migrate();

 private:
  core::Result<std::vector<MigrationState>> status_on(sql::Connection& connection);

  sql::Connector connector_;
  const core::Clock& clock_;
};

}  // namespace sigma::store
