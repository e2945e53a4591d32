// Author Identity Protocol: a BSM signature over the data pushes of an OP_RETURN output, appended to them.
#pragma once
#include <string>
#include <vector>

#include "sigma/bitcoin/keys.hpp"

namespace sigma::bitcoin {

/// The bytes that are signed: OP_RETURN (6a) unless a push starts with it, then the pushes without length bytes.
std::string aip_message(const std::vector<std::string>& pushes);

/// `pushes` followed by "|", the AIP prefix, "BITCOIN_ECDSA", the key's address and the 65 signature bytes.
std::vector<std::string> sign_aip(const PrivateKey& key, std::vector<std::string> pushes);

}  // namespace sigma::bitcoin
