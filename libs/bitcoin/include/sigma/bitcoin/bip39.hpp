// BIP-39: wallet secrets as English words.
#pragma once
#include <string>
#include <string_view>

#include "sigma/core/result.hpp"
#include "sigma/crypto/secret_bytes.hpp"

namespace sigma::bitcoin {

/// 16, 20, 24, 28 or 32 bytes become 12 to 24 words separated by single blanks. Code::invalid_input for other sizes.
core::Result<std::string> mnemonic_from_entropy(std::string_view entropy);

/// The entropy behind 12 to 24 words. Blanks of any number and ASCII capitals do not matter. Code::invalid_input says
/// whether the number of words, a word or the checksum is wrong, without quoting the words.
core::Result<crypto::SecretBytes> entropy_from_mnemonic(std::string_view mnemonic);

/// The 64-byte seed: PBKDF2-HMAC-SHA512, 2048 rounds (about 1 ms: not for an I/O thread), over the words and the
/// NFKD-normalised passphrase, which may be empty. Code::invalid_input for a bad mnemonic or a passphrase that is not
/// UTF-8.
core::Result<crypto::SecretBytes> seed_from_mnemonic(std::string_view mnemonic, std::string_view passphrase);

}  // namespace sigma::bitcoin
