// AES-256-GCM (NIST SP 800-38D). Keys are 32 bytes, tags 16.
#pragma once
#include <string>
#include <string_view>

#include "sigma/core/random.hpp"
#include "sigma/core/result.hpp"
#include "sigma/crypto/secret_bytes.hpp"

namespace sigma::crypto {

inline constexpr std::size_t kAeadKeySize = 32;
inline constexpr std::size_t kAeadNonceSize = 12;
inline constexpr std::size_t kAeadTagSize = 16;

/// Our own format: nonce (12, fresh) ‖ ciphertext ‖ tag (16). `associated_data` is authenticated, not stored: open()
/// needs the same. At most 2^32 messages a key, because nonces are random. Code::internal for a key of another length.
core::Result<std::string> aead_seal(std::string_view key, std::string_view plaintext, std::string_view associated_data,
                                    core::Random& random);
/// Code::unauthorized when the key, the data or the associated data differ from those at sealing.
core::Result<SecretBytes> aead_open(std::string_view key, std::string_view sealed, std::string_view associated_data);

/// For formats that carry the nonce themselves (BRC-78: 32 bytes; bitcoin-backup: 12). Returns ciphertext ‖ tag. The
/// nonce has 8 to 64 bytes and must never come again under the same key.
core::Result<std::string> aes256_gcm_encrypt(std::string_view key, std::string_view nonce, std::string_view plaintext,
                                             std::string_view associated_data = {});
/// `ciphertext_and_tag` as aes256_gcm_encrypt() returns it; Code::unauthorized when it was not made with this key.
core::Result<SecretBytes> aes256_gcm_decrypt(std::string_view key, std::string_view nonce,
                                             std::string_view ciphertext_and_tag,
                                             std::string_view associated_data = {});

}  // namespace sigma::crypto
