// How many connections the database's threads have, and how many of them work: for who watches the server.
#pragma once
#include <atomic>
#include <memory>

#include "sigma/store/sql.hpp"

namespace sigma::store {

struct ConnectionUse {
  std::atomic<std::int64_t> open{0};
  std::atomic<std::int64_t> busy{0};  ///< inside a statement or a transaction
};

/// The same connector, whose connections are counted in `use` as long as they live.
sql::Connector counted(sql::Connector connector, std::shared_ptr<ConnectionUse> use);

}  // namespace sigma::store
