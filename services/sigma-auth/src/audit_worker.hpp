#pragma once
#include <chrono>

#include "app.hpp"
#include "sigma/core/task.hpp"

namespace sigma::service {

/// Writes what waits for the audit log, gives signs of life, and removes rows that are older than `kept` (0: none).
/// Never ends; AuditLog::close() writes the rest.
core::Task<> write_audit(App& app, std::chrono::seconds kept);

}  // namespace sigma::service
