#pragma once
#include <string>
#include <string_view>

#include "sigma/core/random.hpp"
#include "wallet/public_record.hpp"

namespace sigma::tokenpass {

/// Browsers whose page of ours was shown the password of a wallet at some time. Each keeps a text and shows it the next
/// time; wrong passwords typed there are counted apart, so that whoever guesses elsewhere does not make the owner wait.
/// The text opens nothing: who copies it from the browser's files has five more guesses before they wait, too. On disk,
/// as hashes.
class KnownBrowsers {
 public:
  static constexpr std::size_t kMax = 8;  ///< of a wallet; the one not seen for longest is forgotten

  KnownBrowsers(PublicRecord& record, core::Random& random) : record_(record), random_(random) {}

  /// Under which name PasswordGuard counts the wrong passwords for `wallet` of a browser that shows `text`.
  std::string count_of(const std::string& wallet, std::string_view text) const;
  /// Call after a right password. What the browser is to show from now on: the `text` that it has, or a new one.
  std::string remember(const std::string& wallet, std::string_view text);

 private:
  PublicRecord& record_;
  core::Random& random_;
};

}  // namespace sigma::tokenpass
