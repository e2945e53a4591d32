#pragma once
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "sigma/core/random.hpp"

namespace sigma::tokenpass {

/// Which of our own pages was shown the password since the wallet was unlocked. Only such a page may say yes to a site:
/// an Origin header alone can be written by any program of this machine. In memory only; all end when the wallet locks,
/// or another takes its place.
class PageSessions {
 public:
  explicit PageSessions(core::Random& random) : random_(random) {}

  std::string start();  ///< 43 characters; at most 32 live, the oldest ends
  bool knows(std::string_view text) const;
  void end_all();

 private:
  core::Random& random_;
  mutable std::mutex mutex_;
  std::vector<std::string> hashes_;  // oldest first
};

}  // namespace sigma::tokenpass
