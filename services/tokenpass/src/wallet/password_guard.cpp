#include "wallet/password_guard.hpp"

#include <algorithm>

namespace sigma::tokenpass {
namespace {

core::Milliseconds wait_after(int failures) {
  if (failures == 0 || failures % PasswordGuard::kFree != 0) return core::Milliseconds{0};
  const int doublings = std::min(failures / PasswordGuard::kFree - 1, 10);
  return std::min(PasswordGuard::kFirstWait * (1 << doublings), PasswordGuard::kLongestWait);
}

// A clock that was set back must not lock anybody out for longer than the wait.
core::Milliseconds since(core::UtcTime last, core::UtcTime now) {
  return std::max(now - last, core::Milliseconds{0});
}

}  // namespace

Outcome<void> PasswordGuard::admit(const std::string& count) const {
  const auto failures = record_.failures(count);
  const auto wait = wait_after(failures.count);
  const auto passed = since(failures.last, clock_.now());
  if (passed >= wait) return {};
  const auto left = std::chrono::ceil<std::chrono::seconds>(wait - passed);
  return Problem::rate_limited(left, kFree);
}

core::Result<void> PasswordGuard::failed(const std::string& count) {
  const auto before = record_.failures(count);
  const auto quiet = since(before.last, clock_.now()) - wait_after(before.count);
  const auto forgotten = std::clamp<std::int64_t>(quiet / kForgetOne, 0, before.count);
  return record_.set_failures(count, {before.count - static_cast<int>(forgotten) + 1, clock_.now()});
}

void PasswordGuard::succeeded(const std::string& count) {
  if (record_.failures(count).count > 0) (void)record_.set_failures(count, {});
}

}  // namespace sigma::tokenpass
