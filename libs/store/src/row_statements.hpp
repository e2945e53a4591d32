// Rows that several stores read.
#pragma once
#include "sigma/store/store.hpp"
#include "statements.hpp"

namespace sigma::store {

Result<std::optional<Client>> select_client(Connection& connection, const ClientId& id);
Result<std::optional<User>> select_user(Connection& connection, const UserId& id);
Result<std::optional<Profile>> select_profile(Connection& connection, const BapId& id);

}  // namespace sigma::store
