#include "sigma/bitcoin/brc78.hpp"

#include "sigma/bitcoin/brc42.hpp"
#include "sigma/core/encoding.hpp"
#include "sigma/crypto/aead.hpp"

namespace sigma::bitcoin {
namespace {

using core::Code;
using core::Error;
using crypto::SecretBytes;

constexpr std::string_view kVersion = "\x42\x42\x10\x33";
constexpr std::size_t kKeyIdSize = 32;
constexpr std::size_t kNonceSize = 32;
constexpr std::size_t kHeaderSize = 4 + 2 * PublicKey::kSize + kKeyIdSize + kNonceSize;

/// Both sides come to the same key, each with its own private half.
core::Result<SecretBytes> message_key(const PrivateKey& own, const PublicKey& other, std::string_view key_id) {
  const auto invoice = invoice_number(2, "message encryption", core::base64_encode(key_id));
  SIGMA_TRY(const auto own_child, derive_child(own, other, invoice));
  SIGMA_TRY(const auto other_child, derive_child(other, own, invoice));
  return SecretBytes(own_child.shared_point(other_child).view().substr(1));
}

}  // namespace

core::Result<std::string> encrypt_brc78(const PublicKey& recipient, const PrivateKey& sender,
                                        std::string_view plaintext, core::Random& random) {
  const auto key_id = random.bytes(kKeyIdSize);
  const auto nonce = random.bytes(kNonceSize);
  SIGMA_TRY(const auto key, message_key(sender, recipient, key_id));
  std::string message(kVersion);
  message += sender.public_key().view();
  message += recipient.view();
  message += key_id;
  message += nonce;
  SIGMA_TRY(const auto sealed, crypto::aes256_gcm_encrypt(key.view(), nonce, plaintext));
  return message + sealed;
}

core::Result<SecretBytes> decrypt_brc78(const PrivateKey& recipient, std::string_view message) {
  const auto take = [&](std::size_t size) {
    const auto part = message.substr(0, size);
    message.remove_prefix(part.size());
    return part;
  };
  if (message.size() < kHeaderSize + crypto::kAeadTagSize || take(kVersion.size()) != kVersion)
    return Error{Code::invalid_input, "The message is not a BRC-78 encrypted message."};
  SIGMA_TRY(const auto sender, PublicKey::parse(take(PublicKey::kSize)));
  if (take(PublicKey::kSize) != recipient.public_key().view())
    return Error{Code::invalid_input, "The encrypted message is for another recipient key; fetch the current one."};
  SIGMA_TRY(const auto key, message_key(recipient, sender, take(kKeyIdSize)));
  const auto nonce = take(kNonceSize);
  return crypto::aes256_gcm_decrypt(key.view(), nonce, message);
}

}  // namespace sigma::bitcoin
