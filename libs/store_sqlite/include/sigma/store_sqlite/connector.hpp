#pragma once
#include <string>

#include "sigma/core/clock.hpp"
#include "sigma/store/sql.hpp"

namespace sigma::store_sqlite {

struct Options {
  /// How long a write waits for another process (the command line, a backup) that is writing.
  core::Milliseconds busy_timeout{5000};
};

/// The database file at `path`, made (readable by its owner only) when it is not there; its folder must exist.
/// Durable: a commit is answered after fsync (WAL, synchronous=FULL).
store::sql::Connector make_connector(std::string path, Options options = {});

}  // namespace sigma::store_sqlite
