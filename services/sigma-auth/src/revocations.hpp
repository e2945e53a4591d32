#pragma once
#include <memory>

#include "config.hpp"
#include "sigma/store_postgres/revocations.hpp"

namespace sigma::service {

/// News of revocations from the database itself. Null where it has none: SQLite, and behind a pooler that gives each
/// transaction another connection.
std::unique_ptr<store_postgres::Revocations> make_revocations(const Config& config);

}  // namespace sigma::service
