#pragma once
#include <string>
#include <string_view>

#include "sigma/crypto/digest.hpp"

namespace sigma::bap {

/// "urn:bap:id:<name>:<value>:<nonce>": a claim about an identity, salted by the nonce.
std::string attribute_urn(std::string_view name, std::string_view value, std::string_view nonce);

/// What an attestation puts on the chain: SHA-256 of "bap:attest:<hex SHA-256 of the URN>:<BAP id>".
crypto::Hash256 attestation_hash(std::string_view urn, std::string_view bap_id);

}  // namespace sigma::bap
