#pragma once
#include "app.hpp"
#include "sigma/core/task.hpp"

namespace sigma::service {

/// Sends what back-channel logout has queued, as long as its executor runs: a bounded number at a time, the next one as
/// soon as one is done. Needs an executor of one thread.
core::Task<> deliver_logouts(App& app, core::Metrics& metrics);

}  // namespace sigma::service
