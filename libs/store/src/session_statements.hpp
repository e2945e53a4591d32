// The SQL that ends sessions.
#pragma once
#include "statements.hpp"

namespace sigma::store {

/// Queues a logout delivery for each client of the session that wants to hear of its end, revokes its grants but those
/// with offline_access, and removes it. False when it was gone already.
Result<bool> end_session(Connection& connection, const SessionId& id, UtcTime now);

}  // namespace sigma::store
