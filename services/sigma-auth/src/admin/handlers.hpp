// Every handler of the admin listener. The table that binds them to paths is admin/routes.cpp.
#pragma once
#include "admin/context.hpp"
#include "sigma/core/task.hpp"
#include "sigma/http/message.hpp"

namespace sigma::service {

using AdminHandler = core::Task<http::Response> (*)(AdminContext& admin, http::Request request);

// clients.cpp
core::Task<http::Response> list_clients(AdminContext& admin, http::Request request);
core::Task<http::Response> create_client(AdminContext& admin, http::Request request);
core::Task<http::Response> get_client(AdminContext& admin, http::Request request);
core::Task<http::Response> patch_client(AdminContext& admin, http::Request request);
core::Task<http::Response> delete_client(AdminContext& admin, http::Request request);
core::Task<http::Response> add_member_key(AdminContext& admin, http::Request request);
core::Task<http::Response> delete_member_key(AdminContext& admin, http::Request request);
core::Task<http::Response> rotate_client_secret(AdminContext& admin, http::Request request);
// users.cpp
core::Task<http::Response> list_users(AdminContext& admin, http::Request request);
core::Task<http::Response> get_user(AdminContext& admin, http::Request request);
core::Task<http::Response> patch_user(AdminContext& admin, http::Request request);
core::Task<http::Response> delete_user(AdminContext& admin, http::Request request);
core::Task<http::Response> list_user_sessions(AdminContext& admin, http::Request request);
core::Task<http::Response> list_user_consents(AdminContext& admin, http::Request request);
// sessions.cpp
core::Task<http::Response> list_all_sessions(AdminContext& admin, http::Request request);
core::Task<http::Response> delete_session(AdminContext& admin, http::Request request);
// audit.cpp
core::Task<http::Response> list_audit(AdminContext& admin, http::Request request);
// stats.cpp
core::Task<http::Response> get_stats(AdminContext& admin, http::Request request);
// keys.cpp
core::Task<http::Response> list_keys(AdminContext& admin, http::Request request);
core::Task<http::Response> rotate_key(AdminContext& admin, http::Request request);
// entitlements.cpp
core::Task<http::Response> get_entitlements(AdminContext& admin, http::Request request);
// log_level.cpp
core::Task<http::Response> get_log_level(AdminContext& admin, http::Request request);
core::Task<http::Response> put_log_level(AdminContext& admin, http::Request request);
// health.cpp
core::Task<http::Response> health_live(AdminContext& admin, http::Request request);
core::Task<http::Response> health_ready(AdminContext& admin, http::Request request);
core::Task<http::Response> metrics(AdminContext& admin, http::Request request);

}  // namespace sigma::service
