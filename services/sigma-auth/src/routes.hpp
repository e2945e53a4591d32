#pragma once
#include <string>
#include <vector>

#include "app.hpp"
#include "rate_limits.hpp"
#include "routes/handler.hpp"
#include "sigma/http/router.hpp"
#include "sigma/oauth/audit/audit.hpp"

namespace sigma::service {

/// An endpoint at one of its paths.
struct PublicCall {
  http::Method method;
  std::string path;
  const Endpoint* endpoint;
  http::Cors cors;
  const char* spec;  ///< "" when it is our own
  const char* summary;
  Limit limit;
};

/// All of them: the truth for router, metrics, CORS, limits and documentation.
std::vector<PublicCall> public_calls();

struct PublicLimits {
  std::size_t body;         ///< bytes
  std::size_t backup_body;  ///< bytes: encrypted backups may be larger
  RateLimits rates;
  cache::RateLimiter& limiter;
  oauth::Audit& audit;
};

/// Every path of the public listener: the calls, and pages for people.
std::vector<http::Route> public_routes(App& app, const PublicLimits& limits);

}  // namespace sigma::service
