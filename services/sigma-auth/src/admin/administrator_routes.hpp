#pragma once
#include <vector>

#include "admin/context.hpp"
#include "app.hpp"
#include "rate_limits.hpp"
#include "sigma/http/router.hpp"

namespace sigma::service {

/// The admin API for the browsers of administrators (SIGMA_ADMIN_BAP_IDS), on the public listener below /api/admin:
/// /api/admin/clients is /admin/clients there, /api/admin/metrics is /metrics. Instead of the admin token it asks for
/// the session cookie of an administrator who signed in within the last day, and for our own origin. None without
/// administrators.
std::vector<http::Route> administrator_routes(App& app, AdminContext& admin, const RateLimits& rates,
                                              cache::RateLimiter& limiter);

}  // namespace sigma::service
