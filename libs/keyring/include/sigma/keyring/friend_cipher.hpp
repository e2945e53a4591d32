// Encryption between people (ECIES BIE1). Three families of keys are in use, none of which the older servers could read
// back completely, so reading tries them in turn until a message authentication code fits.
#pragma once
#include <optional>
#include <string>
#include <string_view>

#include "sigma/core/random.hpp"
#include "sigma/crypto/secret_bytes.hpp"
#include "sigma/keyring/keyring.hpp"

namespace sigma::keyring {

/// The other side as a page names it; at least one of the two.
struct Friend {
  std::optional<std::string> bap_id = {};
  std::optional<bitcoin::PublicKey> public_key = {};  ///< what the friend's friend-pubkey gave for us
};

/// To the friend's key when there is one, else a note that only this wallet reads. Binary BIE1.
core::Result<std::string> encrypt_for_friend(const Keyring& keyring, const Friend& to, std::string_view plaintext,
                                             core::Random& random);

/// Tries, until one fits: our friend key, our notes key, the shared child of generations 2 and 3, `host_key`, the first
/// two with the friend's key as sender (cloud form), and the seed key of `identity` (may be null). Code::invalid_input
/// when `message` is no BIE1 or none fits.
core::Result<crypto::SecretBytes> decrypt_from_friend(const Keyring& keyring, const Friend& from,
                                                      const bitcoin::PrivateKey& host_key, const Identity* identity,
                                                      std::string_view message);

}  // namespace sigma::keyring
