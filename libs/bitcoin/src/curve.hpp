// The one place where our types meet libsecp256k1's.
#pragma once
#include <secp256k1.h>

#include "sigma/bitcoin/keys.hpp"

namespace sigma::bitcoin {

inline const unsigned char* octets(std::string_view bytes) {
  return reinterpret_cast<const unsigned char*>(bytes.data());
}

struct Curve {
  /// Made once and blinded against side channels; constant afterwards, so threads may share it.
  static const secp256k1_context* context();

  static PublicKey wrap(const secp256k1_pubkey& point);
  static secp256k1_pubkey unwrap(const PublicKey& key);
  static core::Result<PublicKey> parse(std::string_view bytes);
};

}  // namespace sigma::bitcoin
