#pragma once
#include <span>

#include "sigma/store/sql.hpp"

namespace sigma::store_postgres {

/// migrations/postgres/*.sql, made by cmake/SigmaMigrations.cmake.
extern const std::span<const store::sql::Migration> kMigrations;

}  // namespace sigma::store_postgres
