#pragma once
#include <string>

#include "sigma/core/clock.hpp"
#include "sigma/store/sql.hpp"

namespace sigma::store_postgres {

struct Options {
  core::Milliseconds statement_timeout{5000};  ///< keep it below the deadline of requests
  core::Milliseconds lock_timeout{2000};
  /// Of event loops, where it holds up all that share a batch: then the threads wait on.
  core::Milliseconds loop_lock_timeout{250};
  std::size_t max_writers = 4;
  /// A pooler gives each transaction another connection (pgbouncer's transaction mode): nothing is kept in a session,
  /// no prepared statements and no settings. The time-outs above must then be the role's (ALTER ROLE … SET).
  bool transaction_pooling = false;
};

/// `url`: postgresql://user:password@host:port/database?sslmode=verify-full … as libpq reads it (several hosts too).
/// Unless the URL says otherwise, an address that does not answer is given up after 3 s, and a connection whose other
/// end has gone silent after 10 to 20 s.
store::sql::Connector make_connector(std::string url, Options options = {});

}  // namespace sigma::store_postgres
