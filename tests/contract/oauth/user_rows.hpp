#pragma once
#include "engine.hpp"

namespace sigma::oauth::testing {

/// Sets what no call of the engine sets, as an operator with a database client would: "email = 'a@b.example'".
inline void set_user(store::Database& database, const store::UserId& id, const std::string& assignment) {
  const auto set = [&](store::sql::Connection& connection) -> core::Result<bool> {
    SIGMA_CHECK(connection.execute_script("UPDATE users SET " + assignment + " WHERE id = '" + id.str() + "'"));
    return true;
  };
  ASSERT_TRUE(run(database.write({.key = {}, .revokes = true}, set)));
}

}  // namespace sigma::oauth::testing
