#pragma once
#include <string>

#include "sigma/store/loop_connection.hpp"
#include "sigma/store/loop_counts.hpp"
#include "sigma/store_postgres/connector.hpp"

namespace sigma::store_postgres {

/// Connections that event loops use themselves, in libpq's pipeline mode: statements that come together share a round
/// trip, and changes a commit. They connect in the background and again when they are lost; what was under way then is
/// answered not_done or in_doubt. Not for Options::transaction_pooling: a pooler keeps no prepared statements.
/// `counts`: of all of them.
store::LoopConnector make_loop_connector(
    std::string url, Options options = {},
    std::shared_ptr<store::LoopCounts> counts = std::make_shared<store::LoopCounts>());

}  // namespace sigma::store_postgres
