#pragma once
#include "sigma/core/clock.hpp"
#include "sigma/core/task.hpp"
#include "sigma/oauth/error.hpp"
#include "sigma/oauth/userinfo/claims.hpp"
#include "sigma/store/store.hpp"

namespace sigma::oauth {

/// The user as the identity's profile names and pictures them (contract §3). Images held in data: URIs stay in the
/// profile: copied into rows that travel with every session they once broke header limits.
store::User following(const Subject& subject, core::UtcTime now);

/// Keeps that, when it says something new. Answers the user as they are then.
core::Task<Result<store::User>> follow_profile(store::UserStore& users, Subject subject, core::UtcTime now);

}  // namespace sigma::oauth
