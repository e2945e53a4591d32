// ECIES as Electrum made it: "BIE1" ‖ sender key 33 ‖ AES-128-CBC ‖ HMAC-SHA256 over all before it. SHA-512 of the
// shared point gives iv (16), cipher key (16) and MAC key (32).
#pragma once
#include <string>
#include <string_view>

#include "sigma/bitcoin/keys.hpp"
#include "sigma/crypto/secret_bytes.hpp"

namespace sigma::bitcoin {

/// Encrypts to `recipient`. `sender` is a fresh PrivateKey::generate() unless a protocol wants a key both sides know
/// (the cloud signer's friend encryption); with a fixed sender, equal texts look equal.
std::string encrypt_bie1(const PublicKey& recipient, const PrivateKey& sender, std::string_view plaintext);

/// `sender`, when given, replaces the key inside, which may then be missing. Code::invalid_input if it is no such
/// message, Code::unauthorized if it was not made for this key.
core::Result<crypto::SecretBytes> decrypt_bie1(const PrivateKey& recipient, std::string_view message,
                                               const PublicKey* sender = nullptr);

}  // namespace sigma::bitcoin
