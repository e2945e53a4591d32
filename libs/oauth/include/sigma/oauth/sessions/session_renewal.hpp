#pragma once
#include <optional>

#include "sigma/core/task.hpp"
#include "sigma/oauth/error.hpp"
#include "sigma/oauth/settings.hpp"
#include "sigma/store/store.hpp"

namespace sigma::oauth {

/// Once a day (of shorter sessions: once half of one is over) lets a live session begin again with its full lifetime
/// (contract §6). True when it did: a browser has to be told, or its cookie ends when it was first to end.
core::Task<Result<bool>> renew_session(store::SessionStore& sessions, store::Session& session, const Settings& settings,
                                       core::UtcTime now);

/// Makes an identity the current one, or none, and renews the session in any case: set its cookie anew. Whose identity
/// it is the caller has looked at.
core::Task<Result<void>> renew_with_identity(store::SessionStore& sessions, store::SessionId session,
                                             std::optional<store::BapId> identity, const Settings& settings,
                                             core::UtcTime now);

}  // namespace sigma::oauth
