#pragma once
#include "problem.hpp"
#include "sigma/core/clock.hpp"
#include "wallet/public_record.hpp"

namespace sigma::tokenpass {

/// Slows the guessing of passwords. Only failures count, for all routes together, and they survive restarts. Five are
/// free; each further one doubles the wait, from a minute up to an hour. A right password ends it.
class PasswordGuard {
 public:
  static constexpr int kFree = 5;
  static constexpr std::chrono::seconds kFirstWait{60};
  static constexpr std::chrono::seconds kLongestWait{3600};

  PasswordGuard(PublicRecord& record, const core::Clock& clock) : record_(record), clock_(clock) {}

  /// 429 while one has to wait.
  Outcome<void> admit() const;
  /// Must be stored before the answer is sent; a disk that is full therefore refuses.
  core::Result<void> failed();
  void succeeded();

 private:
  PublicRecord& record_;
  const core::Clock& clock_;
};

}  // namespace sigma::tokenpass
