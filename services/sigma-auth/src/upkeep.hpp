// What happens by the clock while the server runs. Errors are logged and tried again at the next turn.
#pragma once
#include "app.hpp"
#include "sigma/core/task.hpp"
#include "vitals.hpp"
#include "wiring.hpp"

namespace sigma::service {

/// Signing keys: announces and takes over by schedule, learns of what other replicas rotated. Never ends.
core::Task<> look_after_keys(App& app);

/// Removes expired rows, of several replicas one at a time, and old backups that nobody has claimed. Never ends.
core::Task<> remove_expired(App& app, Vitals& vitals);

/// Measures for /metrics what costs a question to the database: tables and signing keys. Never ends.
core::Task<> measure(App& app, OpenStore& opened, Vitals& vitals);

}  // namespace sigma::service
