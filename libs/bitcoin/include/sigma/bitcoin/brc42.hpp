// BRC-42 (also "type 42"): child keys that two parties derive from each other's public key and an invoice number.
// child = key + HMAC-SHA256(key = shared point, compressed; data = invoice number) × G.
#pragma once
#include <string>
#include <string_view>

#include "sigma/bitcoin/keys.hpp"

namespace sigma::bitcoin {

/// BRC-43: "<level>-<protocol>-<key id>", e.g. "2-message signing-<base64>".
std::string invoice_number(int security_level, std::string_view protocol, std::string_view key_id);

/// The offset that turns a key into its child, given the point both parties can compute.
Hash256 brc42_tweak(const PublicKey& shared_point, std::string_view invoice);

/// Our child private key towards `counterparty`. Errors (Code::internal) happen with probability 2⁻¹²⁷.
core::Result<PrivateKey> derive_child(const PrivateKey& own, const PublicKey& counterparty, std::string_view invoice);
/// Our child towards ourselves: the counterparty is our own public key.
core::Result<PrivateKey> derive_self_child(const PrivateKey& own, std::string_view invoice);
/// The public key of the child that `counterparty` derives towards us.
core::Result<PublicKey> derive_child(const PublicKey& counterparty, const PrivateKey& own, std::string_view invoice);

}  // namespace sigma::bitcoin
