// BIP-32: trees of keys from one seed.
#pragma once
#include <array>
#include <cstdint>
#include <string>
#include <string_view>

#include "sigma/bitcoin/keys.hpp"

namespace sigma::bitcoin {

/// A mainnet private key with the chain code that its children need. Wiped when it goes away.
class ExtendedKey {
 public:
  static constexpr std::uint32_t kHardened = 0x80000000;

  /// The root of a wallet. `seed`: 16 to 64 bytes, Code::invalid_input otherwise.
  static core::Result<ExtendedKey> from_seed(std::string_view seed);
  /// "xprv…", 111 characters; refuses what BIP-32's test vector 5 calls invalid.
  static core::Result<ExtendedKey> from_xprv(std::string_view text);

  /// Child `index`, from kHardened up a hardened one. Code::invalid_input below depth 255; Code::internal with
  /// probability 2⁻¹²⁷.
  core::Result<ExtendedKey> child(std::uint32_t index) const;
  /// The descendant at "m", "m/44'/0'/0", …; a hardened step ends in ' or h. Code::invalid_input for any other text.
  core::Result<ExtendedKey> derive(std::string_view path) const;

  const PrivateKey& key() const { return key_; }
  std::string to_xprv() const;
  std::string to_xpub() const;  ///< what may be shown: public key and chain code

 private:
  ExtendedKey(const PrivateKey& key, const Hash256& chain_code) : key_(key), chain_code_(chain_code) {}
  std::string serialise(std::string_view version, std::string_view key) const;

  PrivateKey key_;
  Hash256 chain_code_;
  std::uint8_t depth_ = 0;
  std::array<std::uint8_t, 4> parent_fingerprint_{};
  std::uint32_t child_number_ = 0;
};

}  // namespace sigma::bitcoin
