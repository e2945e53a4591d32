// BRC-77 signed messages: 42 42 33 01 ‖ sender 33 ‖ (00 or recipient 33) ‖ key id 32 ‖ DER signature. The signing key
// is the sender's BRC-42 child towards the recipient, "anyone" being private key 1; the digest is one SHA-256 of the
// text.
#pragma once
#include <optional>
#include <string>
#include <string_view>

#include "sigma/bitcoin/keys.hpp"
#include "sigma/core/random.hpp"

namespace sigma::bitcoin {

inline constexpr std::size_t kMaxBrc77Size = 4 + 33 + 33 + 32 + 72;

/// Views into the bytes it was read from; the keys in it are not checked yet.
struct Brc77Envelope {
  std::string_view sender;                    ///< 33 bytes
  std::optional<std::string_view> recipient;  ///< 33 bytes; nothing when anyone may verify
  std::string_view key_id;                    ///< 32 bytes
  std::string_view der;
};

/// Splits an envelope; nothing if its version or size is foreign.
std::optional<Brc77Envelope> parse_brc77(std::string_view bytes);

/// A message that anyone can verify, or only the owner of `recipient`. The key id is random, so each differs.
core::Result<std::string> sign_brc77(const PrivateKey& sender, std::string_view text, core::Random& random,
                                     const PublicKey* recipient = nullptr);

/// True if `sender`, which must be the key inside, signed `text` for anyone.
bool verify_brc77(const PublicKey& sender, std::string_view text, const Brc77Envelope& envelope);
/// True if `sender`, which must be the key inside, signed `text` for the owner of `recipient`.
bool verify_brc77(const PublicKey& sender, const PrivateKey& recipient, std::string_view text,
                  const Brc77Envelope& envelope);

}  // namespace sigma::bitcoin
