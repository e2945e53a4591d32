#pragma once
#include "app.hpp"
#include "chain.hpp"
#include "sigma/core/task.hpp"

namespace sigma::service {

/// Refreshes the profiles of people who came by, as long as its executor runs: a few at a time. Needs an executor of
/// one thread.
core::Task<> refresh_profiles(App& app, Chain& chain);

}  // namespace sigma::service
