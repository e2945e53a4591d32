// The vault format, version 1. JSON text:
//   {"format":"tokenpass-vault","version":1,
//    "kdf":{"name":"argon2id","memoryKiB":65536,"passes":3,"lanes":1,"salt":"<base64, 16 bytes>"},
//    "key":"<base64: the data key, sealed under the password>","contents":"<base64: sealed under the data key>"}
// Sealed = nonce (12) ‖ AES-256-GCM ‖ tag. The header (format, version, kdf) is associated data of the key, header and
// sealed key are associated data of the contents: nothing can be exchanged without breaking a seal.
#pragma once
#include <string>
#include <string_view>

#include "sigma/core/random.hpp"
#include "sigma/core/result.hpp"
#include "sigma/crypto/kdf.hpp"
#include "sigma/vault/locked_bytes.hpp"

namespace sigma::vault {

/// RFC 9106 §4, second recommendation: 64 MiB, three passes. About 150 ms; belongs on a core::WorkPool.
inline constexpr crypto::Argon2Cost kVaultCost{.memory_kib = 64 * 1024, .passes = 3, .lanes = 1};

/// The key of one vault: what is needed to write it again. Holds no password.
class SealedVault {
 public:
  /// A new data key under `password`, whose strength is the caller's affair.
  static core::Result<SealedVault> create(std::string_view password, core::Random& random,
                                          crypto::Argon2Cost cost = kVaultCost);

  struct Opened;
  /// Code::invalid_input when `text` is no vault or one of a later version, Code::unauthorized when the password is
  /// wrong, Code::conflict when the password is right but the contents were damaged or exchanged.
  static core::Result<Opened> open(std::string_view text, std::string_view password);

  /// The whole file with `contents` in it.
  core::Result<std::string> seal(std::string_view contents, core::Random& random) const;
  /// Code::unauthorized unless this is the password of this vault. As costly as open().
  core::Result<void> check_password(std::string_view password) const;

 private:
  struct Header {
    crypto::Argon2Cost cost;
    std::string salt;
    std::string associated_data() const;
  };
  SealedVault(Header header, std::string sealed_key, LockedBytes key)
      : header_(std::move(header)), sealed_key_(std::move(sealed_key)), key_(std::move(key)) {}
  static core::Result<LockedBytes> unwrap_key(const Header& header, std::string_view sealed_key,
                                              std::string_view password);

  Header header_;
  std::string sealed_key_;
  LockedBytes key_;
};

struct SealedVault::Opened {
  SealedVault vault;
  LockedBytes contents;
};

}  // namespace sigma::vault
