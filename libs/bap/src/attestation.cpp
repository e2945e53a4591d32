#include "sigma/bap/attestation.hpp"

#include <fmt/format.h>

#include "sigma/core/encoding.hpp"

namespace sigma::bap {

std::string attribute_urn(std::string_view name, std::string_view value, std::string_view nonce) {
  return fmt::format("urn:bap:id:{}:{}:{}", name, value, nonce);
}

crypto::Hash256 attestation_hash(std::string_view urn, std::string_view bap_id) {
  return crypto::sha256(fmt::format("bap:attest:{}:{}", core::hex_encode(crypto::view(crypto::sha256(urn))), bap_id));
}

}  // namespace sigma::bap
