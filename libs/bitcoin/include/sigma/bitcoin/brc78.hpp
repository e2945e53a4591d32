// BRC-78 encrypted messages: 42 42 10 33 ‖ sender 33 ‖ recipient 33 ‖ key id 32 ‖ nonce 32 ‖ AES-256-GCM ‖ tag 16. The
// key is the x of the point that the two parties' BRC-42 children share. No forward secrecy, no replay protection.
#pragma once
#include <string>
#include <string_view>

#include "sigma/bitcoin/keys.hpp"
#include "sigma/core/random.hpp"
#include "sigma/crypto/secret_bytes.hpp"

namespace sigma::bitcoin {

core::Result<std::string> encrypt_brc78(const PublicKey& recipient, const PrivateKey& sender,
                                        std::string_view plaintext, core::Random& random);

/// Code::invalid_input if it is no such message or for another recipient, Code::unauthorized if it was changed.
core::Result<crypto::SecretBytes> decrypt_brc78(const PrivateKey& recipient, std::string_view message);

}  // namespace sigma::bitcoin
