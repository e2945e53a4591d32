// How often one network may call the public API (contract §6).
#pragma once
#include <array>
#include <memory>
#include <string_view>

#include "sigma/cache/rate_limiter.hpp"
#include "sigma/http/router.hpp"
#include "sigma/oauth/audit/audit.hpp"

namespace sigma::service {

/// Routes that are counted together.
enum class Limit {
  none,     ///< small answers from memory: not worth counting
  general,  ///< what has no class of its own
  sign_in,
  authorize,
  token,
  device,
  introspect,
  revoke,
  registration,
  userinfo,
  backup,
  client,  ///< no route: authenticated requests of one client, from all its networks
};
inline constexpr std::size_t kLimits = static_cast<std::size_t>(Limit::client) + 1;

/// As settings and documents call it: "general", "sign_in" …; `registration` is "register".
std::string_view name_of(Limit limit);

/// Requests a minute for each network, by class; 0: unlimited. The reference has 20 for token, 30 for authorize and
/// revoke, 100 for introspect, 60 for userinfo, 5 for register. Ours but the last are ten times that: a backend or an
/// office sends all its requests from one address. A client that authenticates may do as much as ten of its networks.
struct RateLimits {
  std::array<std::int64_t, kLimits> per_minute{0, 600, 60, 300, 200, 300, 1'000, 300, 5, 600, 30, 10'000};
  bool operator==(const RateLimits&) const = default;
  static RateLimits off() { return {{}}; }

  std::int64_t& operator[](Limit limit) { return per_minute[static_cast<std::size_t>(limit)]; }
  std::int64_t operator[](Limit limit) const { return per_minute[static_cast<std::size_t>(limit)]; }
};

/// `handler` behind the limit of its class: 429 with Retry-After and X-Retry-After in the words of the path. Every
/// answer says how much is left (RateLimit and RateLimit-Policy, draft-ietf-httpapi-ratelimit-headers-10). Unchanged
/// when the class is unlimited. The first refusal of a minute, for each class and network, goes to `audit`. Both
/// outlive it.
http::Handler limited(http::Handler handler, Limit limit, const RateLimits& limits, cache::RateLimiter& limiter,
                      oauth::Audit& audit);

}  // namespace sigma::service
