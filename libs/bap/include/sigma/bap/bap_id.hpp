// BAP ids (contract §9; also called idKey, identityKey): base58 without checksum of RIPEMD-160(SHA-256(root address)),
// where the root address is the mainnet P2PKH address of the member key, as ASCII.
#pragma once
#include <string>
#include <string_view>

#include "sigma/bitcoin/keys.hpp"

namespace sigma::bap {

/// 20 bytes in base58: 27 or 28 characters nearly always. The address is hashed as it stands, not checked.
std::string bap_id_from_root_address(std::string_view root_address);
std::string bap_id_from_member_key(const bitcoin::PublicKey& member_key);

/// 26 to 28 base58 characters that decode to 20 bytes. Says nothing about whether anybody owns the id.
bool is_bap_id(std::string_view text);

}  // namespace sigma::bap
