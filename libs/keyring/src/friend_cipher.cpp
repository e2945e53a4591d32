#include "sigma/keyring/friend_cipher.hpp"

#include "sigma/bitcoin/ecies.hpp"

namespace sigma::keyring {

using bitcoin::PrivateKey;
using bitcoin::PublicKey;
using core::Code;
using core::Error;
using core::Result;

Result<std::string> encrypt_for_friend(const Keyring& keyring, const Friend& to, std::string_view plaintext,
                                       core::Random& random) {
  const PrivateKey sender = PrivateKey::generate(random);
  if (to.public_key) return bitcoin::encrypt_bie1(*to.public_key, sender, plaintext);
  SIGMA_TRY(const PrivateKey notes, keyring.notes_key(to.bap_id.value_or("")));
  return bitcoin::encrypt_bie1(notes.public_key(), sender, plaintext);
}

Result<crypto::SecretBytes> decrypt_from_friend(const Keyring& keyring, const Friend& from, const PrivateKey& host_key,
                                                const Identity* identity, std::string_view message) {
  struct Attempt {
    PrivateKey key;
    const PublicKey* sender;
  };
  const PublicKey* theirs = from.public_key ? &*from.public_key : nullptr;
  std::vector<Attempt> attempts;
  if (from.bap_id) {
    SIGMA_TRY(const PrivateKey friend_key, keyring.friend_key(*from.bap_id));
    SIGMA_TRY(const PrivateKey notes_key, keyring.notes_key(*from.bap_id));
    attempts.push_back({friend_key, nullptr});
    attempts.push_back({notes_key, nullptr});
    if (theirs) {
      SIGMA_TRY(const PrivateKey shared, keyring.shared_notes_key(*from.bap_id, *theirs));
      attempts.push_back({shared, nullptr});
    }
    attempts.push_back({host_key, nullptr});
    if (theirs) {
      attempts.push_back({friend_key, theirs});
      attempts.push_back({notes_key, theirs});
    }
    if (identity) {
      SIGMA_TRY(const PrivateKey seed_key, keyring.seed_key(*identity, *from.bap_id));
      attempts.push_back({seed_key, nullptr});
      if (theirs) attempts.push_back({seed_key, theirs});  // what we ourselves sent through the cloud signer
    }
  } else {
    attempts.push_back({host_key, nullptr});
    if (theirs) attempts.push_back({host_key, theirs});
  }
  for (const Attempt& attempt : attempts) {
    auto plaintext = bitcoin::decrypt_bie1(attempt.key, message, attempt.sender);
    if (plaintext) return plaintext;
    if (plaintext.error().code() == Code::invalid_input) {
      return Error{Code::invalid_input, "The ciphertext is not an ECIES message (BIE1)."};
    }
  }
  return Error{Code::invalid_input,
               "Failed to decrypt: no key of this wallet fits. Check friendBapId and theirPublicKey."};
}

}  // namespace sigma::keyring
