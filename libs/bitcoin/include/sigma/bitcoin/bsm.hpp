// Bitcoin Signed Message: 65 bytes (header ‖ r ‖ s) over a length-prefixed text. Header = 27 + recovery id, + 4 when
// the signer's address is that of the compressed key. A high s is refused everywhere.
#pragma once
#include <optional>
#include <string>
#include <string_view>

#include "sigma/bitcoin/keys.hpp"

namespace sigma::bitcoin {

inline constexpr std::size_t kBsmSignatureSize = 65;

/// Double SHA-256 over varint(24) "Bitcoin Signed Message:\n" varint(size) message.
Hash256 bsm_digest(std::string_view message);

/// 65 bytes, header 31 to 34, the same for the same message.
std::string sign_bsm(const PrivateKey& key, std::string_view message);

struct BsmSigner {
  PublicKey key;
  bool compressed = true;  ///< what the header says about the signer's address

  /// Mainnet P2PKH address of the form that the header names.
  std::string address() const;
};
/// Who signed; nothing if `signature` is not 65 bytes, has a foreign header, or stands for no key. Any well-formed
/// signature names *some* key: compare it with the one you expect.
std::optional<BsmSigner> recover_bsm(std::string_view message, std::string_view signature);

/// True if `key` signed. The header's compressed flag does not matter, its recovery id does.
bool verify_bsm(const PublicKey& key, std::string_view message, std::string_view signature);
/// True if the owner of `address` signed, the header naming the form of key that hashes to it.
bool verify_bsm_address(std::string_view address, std::string_view message, std::string_view signature);

}  // namespace sigma::bitcoin
