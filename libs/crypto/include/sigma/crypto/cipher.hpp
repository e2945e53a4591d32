// AES in CBC mode with PKCS#7 padding, for formats that others defined (ECIES BIE1, old backups). Not authenticated:
// the caller must check a MAC before decrypting. New formats use aead.hpp.
#pragma once
#include <string>
#include <string_view>

#include "sigma/core/result.hpp"
#include "sigma/crypto/secret_bytes.hpp"

namespace sigma::crypto {

/// `key`: 16 bytes (AES-128) or 32 (AES-256); `iv`: 16 bytes. Code::invalid_input for other lengths.
core::Result<std::string> aes_cbc_encrypt(std::string_view key, std::string_view iv, std::string_view plaintext);
/// Code::unauthorized for a ciphertext that is empty, no multiple of 16 bytes, or ends in broken padding.
core::Result<SecretBytes> aes_cbc_decrypt(std::string_view key, std::string_view iv, std::string_view ciphertext);

}  // namespace sigma::crypto
