// Brings a database to the schema that this program was built with. Migrations are part of the program.
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
  std::optional<core::UtcTime> applied_at;  ///< none: still to be applied
};

/// A running server shares the tables. Who waits for a lock on one holds up everybody who comes after, so a migration
/// waits briefly, gives way, and tries again.
struct MigrationPatience {
  core::Milliseconds lock_timeout{2'000};  ///< for one lock
  core::Milliseconds pause{1'000};         ///< between two tries
  int tries = 60;
};

/// Blocks: for start-up and the command line, not for I/O threads. Both methods refuse (Code::conflict, with what to
/// do) a database with a migration whose text differs from ours, and one that is newer than this program, unless every
/// newer migration says that we may go on: its text has a line `-- oldest-program: <version>` with a version that we
/// have. That is what lets a release be rolled back by one.
class Migrator {
 public:
  Migrator(sql::Connector connector, const core::Clock& clock, MigrationPatience patience = {})
      : connector_(std::move(connector)), clock_(clock), patience_(patience) {}

  /// Every migration known here or applied there, by version.
  core::Result<std::vector<MigrationState>> status();
  /// Applies what is missing, each in its own transaction under a lock, so that several programs may start at once;
  /// what this call applied. Code::unavailable when others held a table for longer than our patience lasts.
  core::Result<std::vector<MigrationState>> migrate();

 private:
  core::Result<std::optional<MigrationState>> migrate_next(sql::Connection& connection);

  sql::Connector connector_;
  const core::Clock& clock_;
  const MigrationPatience patience_;
};

}  // namespace sigma::store
