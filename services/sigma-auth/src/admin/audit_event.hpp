#pragma once
#include "admin/context.hpp"
#include "sigma/core/task.hpp"
#include "sigma/http/message.hpp"
#include "sigma/oauth/audit/audit.hpp"

namespace sigma::service {

/// Among a request's path parameters, where no path can put it: the user id of the administrator who asks in the
/// console. Absent on the admin listener, where who asks has the token.
inline constexpr std::string_view kAdministrator = "(administrator)";

/// What an administrator does with this request.
oauth::AuditEvent admin_event(const http::Request& request, oauth::AuditType type);
/// Somebody came without the right token. One row a minute for each network.
core::Task<> record_admin_refusal(AdminContext& admin, const http::Request& request);

}  // namespace sigma::service
