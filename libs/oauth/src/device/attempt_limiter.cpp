#include "sigma/oauth/device/attempt_limiter.hpp"

namespace sigma::oauth {

core::Task<AttemptLimiter::Wait> AttemptLimiter::take(std::string key) {
  const auto decision = co_await limiter_.allow(rule_ + "|" + std::move(key), limit_);
  if (decision.allowed) co_return std::nullopt;
  co_return std::max(std::chrono::seconds{1}, std::chrono::ceil<std::chrono::seconds>(decision.retry_after));
}

core::Task<void> AttemptLimiter::give_back(std::string key) {
  co_await limiter_.give_back(rule_ + "|" + std::move(key), limit_);
}

}  // namespace sigma::oauth
