// The SQL that ends sessions.
#pragma once
#include "statements.hpp"

namespace sigma::store {

/// Queues a logout delivery for each client of the session that wants to hear of its end, revokes its grants but those
/// with offline_access, and removes it. False when it was gone already.
Result<bool> end_session(Connection& connection, const SessionId& id, UtcTime now);
/// The same for the user's session of that id or secret.
Result<bool> end_own_session(Connection& connection, const UserId& user, const SessionId& id,
                             const SecretHash& token_hash, UtcTime now);
/// The same for all sessions of the user but `keep`; how many. The caller holds lock_user(): a session that begins
/// between two of the statements would lose its row and keep its tokens.
Result<std::size_t> end_sessions_of(Connection& connection, const UserId& user, const std::optional<SessionId>& keep,
                                    UtcTime now);

}  // namespace sigma::store
