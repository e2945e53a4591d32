// Where a page of the audit log ends, and the next one begins.
#pragma once
#include <optional>
#include <string>

#include "paging.hpp"
#include "sigma/core/result.hpp"
#include "sigma/store/audit_store.hpp"

namespace sigma::service {

/// The opaque cursor of the page after `last`.
std::string audit_cursor(const ListRules& rules, const store::AuditRow& last);
/// What the cursor of a query says; nothing on the first page. Code::invalid_input for one that is not ours.
core::Result<std::optional<store::AuditPosition>> audit_position(const ListQuery& query);

}  // namespace sigma::service
