#include "wallet/password_guard.hpp"

#include <algorithm>

namespace sigma::tokenpass {
namespace {

std::chrono::seconds wait_after(int failures) {
  if (failures < PasswordGuard::kFree) return std::chrono::seconds{0};
  const int doublings = std::min(failures - PasswordGuard::kFree, 10);
  return std::min(PasswordGuard::kFirstWait * (1 << doublings), PasswordGuard::kLongestWait);
}

}  // namespace

Outcome<void> PasswordGuard::admit() const {
  const auto failures = record_.failures();
  const auto wait = wait_after(failures.count);
  // A clock that was set back must not lock anybody out for longer than the wait.
  const auto passed = std::max(clock_.now() - failures.last, core::Milliseconds{0});
  if (passed >= wait) return {};
  const auto left = std::chrono::ceil<std::chrono::seconds>(wait - passed);
  return Problem::rate_limited(left, kFree);
}

core::Result<void> PasswordGuard::failed() {
  return record_.set_failures({record_.failures().count + 1, clock_.now()});
}

void PasswordGuard::succeeded() {
  if (record_.failures().count > 0) (void)record_.set_failures({});
}

}  // namespace sigma::tokenpass
