#pragma once
#include <functional>
#include <string_view>
#include <vector>

#include "admin/context.hpp"
#include "sigma/http/router.hpp"

namespace sigma::service {

/// Every path of the admin listener; all but health and metrics ask for the admin token.
std::vector<http::Route> admin_routes(AdminContext& admin);

/// What the transport refuses (404, 405, 413 …) as problem documents; below /admin the token comes first, so that
/// strangers do not learn which paths exist.
std::function<http::Response(const http::Request&, int, std::string_view)> admin_transport_error(
    const AdminContext& admin);

}  // namespace sigma::service
