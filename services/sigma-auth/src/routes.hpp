#pragma once
#include <vector>

#include "app.hpp"
#include "rate_limits.hpp"
#include "sigma/http/router.hpp"
#include "sigma/oauth/audit/audit.hpp"

namespace sigma::service {

struct PublicLimits {
  std::size_t body;         ///< bytes
  std::size_t backup_body;  ///< bytes: encrypted backups may be larger
  RateLimits rates;
  cache::RateLimiter& limiter;
  oauth::Audit& audit;
};

/// Every path of the public listener: the truth for router, metrics, CORS, limits and documentation.
std::vector<http::Route> public_routes(App& app, const PublicLimits& limits);

}  // namespace sigma::service
