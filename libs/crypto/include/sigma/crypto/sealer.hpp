#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "sigma/core/random.hpp"
#include "sigma/core/result.hpp"
#include "sigma/crypto/digest.hpp"
#include "sigma/crypto/secret_bytes.hpp"

namespace sigma::crypto {

/// Seals small secrets at rest and authenticates values that travel through browsers, with keys derived from the
/// server's secrets (SIGMA_SECRET). The first secret makes, all of them read: put a new one in front, re-seal what is
/// not current(), then drop the old one. Immutable, so safe from any thread.
class Sealer {
 public:
  static constexpr std::size_t kMinSecretSize = 32;

  /// Code::invalid_input when the list is empty, holds a secret of fewer than 32 bytes, or the same secret twice.
  static core::Result<Sealer> create(const std::vector<SecretBytes>& secrets);

  /// Text "s1.<key id>.<base64url of nonce ‖ ciphertext ‖ tag>". `purpose` names the kind of secret and picks the key;
  /// `context` says whose it is (a row id), so that a sealed value cannot be moved to another row.
  core::Result<std::string> seal(std::string_view purpose, std::string_view context, std::string_view secret,
                                 core::Random& random) const;
  /// Code::unauthorized when `sealed` was not made by seal() with the same purpose, context and one of our secrets.
  core::Result<SecretBytes> open(std::string_view purpose, std::string_view context, std::string_view sealed) const;
  /// True when the first secret sealed it; false means: open and seal again.
  bool current(std::string_view sealed) const;

  /// HMAC-SHA256 under a key of its own for `purpose`; 32 bytes.
  std::string mac(std::string_view purpose, std::string_view data) const;
  /// True when one of our secrets made `mac` for this purpose and data. Constant time for a given length.
  bool verify_mac(std::string_view purpose, std::string_view data, std::string_view mac) const;

 private:
  struct Root {
    std::string id;    // 8 hex characters, public
    SecretBytes seal;  // 32 bytes each: roots of the per-purpose keys
    SecretBytes mac;
  };
  explicit Sealer(std::vector<Root> roots) : roots_(std::move(roots)) {}

  std::vector<Root> roots_;
};

}  // namespace sigma::crypto
