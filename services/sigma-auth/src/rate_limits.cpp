#include "rate_limits.hpp"

#include <fmt/format.h>

#include "routes/audit_event.hpp"
#include "routes/render.hpp"
#include "sigma/core/log.hpp"
#include "sigma/http/network.hpp"

namespace sigma::service {
namespace {

constexpr std::string_view kNames[] = {"none",       "general", "sign_in",  "authorize", "token",  "device",
                                       "introspect", "revoke",  "register", "userinfo",  "backup", "client"};
static_assert(std::size(kNames) == kLimits);

constexpr cache::RateLimit kOnceAMinute{.limit = 1, .window = std::chrono::minutes{1}};

http::Response too_many_requests(const http::Request& request, Limit limit, core::Milliseconds wait) {
  const auto seconds = std::max<std::int64_t>(1, (wait.count() + 999) / 1'000);
  const std::string description =
      fmt::format("Too many requests from your network in a short time; try again in {} seconds.", seconds);
  const bool page = limit == Limit::authorize && !is_fetch(request);
  http::Response response =
      page ? error_page(request, 429, ErrorPage::too_many, description) : transport_error(request, 429, description);
  response.headers.set("Retry-After", std::to_string(seconds));
  response.headers.set("X-Retry-After", std::to_string(seconds));  // what better-auth's clients read
  return response;
}

// draft-ietf-httpapi-ratelimit-headers-10: of the policy `q` requests in `w` seconds, `r` are left; all of them are
// again in `t` seconds.
void announce(http::Response& response, Limit limit, const cache::RateLimit& rate,
              const cache::RateDecision& decision) {
  const auto seconds = (decision.reset_after.count() + 999) / 1'000;
  response.headers.set("RateLimit-Policy",
                       fmt::format("\"{}\";q={};w={}", name_of(limit), rate.limit, rate.window.count() / 1'000));
  response.headers.set("RateLimit", fmt::format("\"{}\";r={};t={}", name_of(limit), decision.remaining, seconds));
}

struct Limited {
  std::shared_ptr<const http::Handler> handler;
  cache::RateLimiter* limiter;
  oauth::Audit* audit;
  Limit limit;
  cache::RateLimit rate;

  core::Task<http::Response> operator()(http::Request request) const { return answer(*this, std::move(request)); }

  static core::Task<http::Response> answer(Limited self, http::Request request) {
    const std::string network = http::client_network(request.remote_address);
    const auto decision = co_await self.limiter->allow(fmt::format("{}|{}", name_of(self.limit), network), self.rate);
    http::Response response;
    if (decision.allowed) {
      response = co_await (*self.handler)(std::move(request));
    } else {
      co_await note(self, request, network);
      response = too_many_requests(request, self.limit, decision.retry_after);
    }
    announce(response, self.limit, self.rate, decision);
    co_return response;
  }

  static core::Task<> note(Limited self, http::Request request, std::string network) {
    core::log::debug("rate_limited", {{"limit", name_of(self.limit)}, {"network", network}});
    const auto told =
        co_await self.limiter->allow(fmt::format("audit|{}|{}", name_of(self.limit), network), kOnceAMinute);
    if (!told.allowed) co_return;
    oauth::AuditEvent event = audit_event(request, oauth::AuditType::rate_limited);
    event.outcome = oauth::AuditOutcome::refused;
    event.detail["limit"] = name_of(self.limit);
    self.audit->record(std::move(event));
  }
};

}  // namespace

std::string_view name_of(Limit limit) {
  return kNames[static_cast<std::size_t>(limit)];
}

http::Handler limited(http::Handler handler, Limit limit, const RateLimits& limits, cache::RateLimiter& limiter,
                      oauth::Audit& audit) {
  if (limits[limit] == 0) return handler;
  return Limited{std::make_shared<const http::Handler>(std::move(handler)),
                 &limiter,
                 &audit,
                 limit,
                 {.limit = limits[limit], .window = std::chrono::minutes{1}}};
}

}  // namespace sigma::service
