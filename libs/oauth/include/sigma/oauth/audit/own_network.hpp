#pragma once
#include <optional>
#include <string>

#include "sigma/store/audit_store.hpp"

namespace sigma::oauth {

/// The network in a row about a person, for that person: nobody is told from where somebody else, an administrator for
/// one, has acted on them.
inline std::optional<std::string> network_of_own(const store::AuditRow& row) {
  return row.user_id && row.actor == "user:" + row.user_id->str() ? row.network : std::nullopt;
}

}  // namespace sigma::oauth
