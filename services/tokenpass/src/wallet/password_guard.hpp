#pragma once
#include <string>

#include "problem.hpp"
#include "sigma/core/clock.hpp"
#include "wallet/public_record.hpp"

namespace sigma::tokenpass {

/// Slows the guessing of a wallet's password. Only failures count, for all routes together, and they survive restarts.
/// Five are free; after each five the wait doubles, from a minute up to an hour, and five more are free. They are
/// forgotten one by one, so that a wrong password now and then keeps nobody out; a right one forgets them all. Each
/// wallet file has its own count: knowing the password of another wallet says nothing. So has each browser that is
/// known to the wallet (KnownBrowsers::count_of()).
class PasswordGuard {
 public:
  static constexpr int kFree = 5;
  static constexpr std::chrono::seconds kFirstWait{60};
  static constexpr std::chrono::seconds kLongestWait{3600};
  static constexpr std::chrono::minutes kForgetOne{10};  ///< beginning when the wait is over

  PasswordGuard(PublicRecord& record, const core::Clock& clock) : record_(record), clock_(clock) {}

  /// 429 while one has to wait.
  Outcome<void> admit(const std::string& count) const;
  /// Must be stored before the answer is sent; a disk that is full therefore refuses.
  core::Result<void> failed(const std::string& count);
  void succeeded(const std::string& count);

 private:
  PublicRecord& record_;
  const core::Clock& clock_;
};

}  // namespace sigma::tokenpass
