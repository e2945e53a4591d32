#pragma once
#include "sigma/core/task.hpp"
#include "sigma/oauth/error.hpp"
#include "sigma/oauth/settings.hpp"
#include "sigma/store/store.hpp"

namespace sigma::oauth {

/// Once a day (of shorter sessions: once half of one is over) lets a live session begin again with its full lifetime
/// (contract §6). True when it did: a browser has to be told, or its cookie ends when it was first to end.
core::Task<Result<bool>> renew_session(store::SessionStore& sessions, store::Session& session, const Settings& settings,
                                       core::UtcTime now);

}  // namespace sigma::oauth
