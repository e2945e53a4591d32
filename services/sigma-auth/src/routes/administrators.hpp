#pragma once
#include "app.hpp"

namespace sigma::service {

/// True when one of the person's identities is an administrator's (SIGMA_ADMIN_BAP_IDS).
core::Task<oauth::Result<bool>> is_administrator(App& app, store::UserId user);

}  // namespace sigma::service
