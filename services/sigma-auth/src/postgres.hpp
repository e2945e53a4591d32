// What Postgres does for a server beyond being its store. Nothing with SQLite, nor behind a pooler that gives each
// transaction another connection.
#pragma once
#include <memory>

#include "config.hpp"
#include "sigma/store/loop_connection.hpp"
#include "sigma/store/loop_counts.hpp"
#include "sigma/store_postgres/revocations.hpp"

namespace sigma::service {

/// News of revocations; may be null.
std::unique_ptr<store_postgres::Revocations> make_revocations(const Config& config);
/// For event loops that reach the database themselves, counted in `counts`; may be empty.
store::LoopConnector make_loop_connector(const Config& config, std::shared_ptr<store::LoopCounts> counts);

}  // namespace sigma::service
