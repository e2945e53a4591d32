// What the lists of the admin API are called, and what they can be filtered by.
#pragma once
#include "paging.hpp"

namespace sigma::service {

inline constexpr ListRules kClientList{.name = "clients", .filters = {"search"}};
inline constexpr ListRules kUserList{.name = "users", .filters = {"search"}};
inline constexpr ListRules kSessionList{.name = "sessions"};
inline constexpr ListRules kAuditList{
    .name = "audit", .filters = {"type", "outcome", "actor", "client_id", "user_id", "since", "until"}};

}  // namespace sigma::service
