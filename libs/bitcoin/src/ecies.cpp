#include "sigma/bitcoin/ecies.hpp"

#include "sigma/crypto/cipher.hpp"

namespace sigma::bitcoin {
namespace {

using core::Code;
using core::Error;
using crypto::SecretBytes;

constexpr std::string_view kMagic = "BIE1";
constexpr std::size_t kTagSize = std::tuple_size_v<Hash256>;
constexpr std::size_t kBlockSize = 16;

struct Keys {
  SecretBytes bytes;

  Keys(const PrivateKey& own, const PublicKey& other)
      : bytes(crypto::view(crypto::sha512(own.shared_point(other).view()))) {}

  std::string_view iv() const { return bytes.view().substr(0, 16); }
  std::string_view cipher_key() const { return bytes.view().substr(16, 16); }
  std::string_view mac_key() const { return bytes.view().substr(32); }
};

bool holds_key(std::string_view body) {
  return body.size() >= PublicKey::kSize && (body[0] == 2 || body[0] == 3);
}

}  // namespace

std::string encrypt_bie1(const PublicKey& recipient, const PrivateKey& sender, std::string_view plaintext) {
  const Keys keys(sender, recipient);
  std::string message(kMagic);
  message += sender.public_key().view();
  message += crypto::aes_cbc_encrypt(keys.cipher_key(), keys.iv(), plaintext).value();  // the key sizes are right
  message += crypto::view(crypto::hmac_sha256(keys.mac_key(), message));
  return message;
}

core::Result<SecretBytes> decrypt_bie1(const PrivateKey& recipient, std::string_view message, const PublicKey* sender) {
  if (!message.starts_with(kMagic) || message.size() < kMagic.size() + kBlockSize + kTagSize)
    return Error{Code::invalid_input,
                 "The message is not ECIES: it must start with \"BIE1\" and end with a 32-byte MAC."};
  const auto authenticated = message.substr(0, message.size() - kTagSize);
  auto body = authenticated.substr(kMagic.size());
  std::optional<PublicKey> inside;
  if (holds_key(body)) {
    if (!sender) {
      SIGMA_TRY(inside, PublicKey::parse(body.substr(0, PublicKey::kSize)));
      sender = &*inside;
    }
    body.remove_prefix(PublicKey::kSize);
  }
  if (!sender)
    return Error{Code::invalid_input, "The message does not say who sent it, so the sender's key is needed."};
  const Keys keys(recipient, *sender);
  const auto tag = crypto::hmac_sha256(keys.mac_key(), authenticated);
  if (!crypto::constant_time_equal(crypto::view(tag), message.substr(authenticated.size())))
    return Error{Code::unauthorized, "The message was not encrypted for this key, or it was changed."};
  return crypto::aes_cbc_decrypt(keys.cipher_key(), keys.iv(), body);
}

}  // namespace sigma::bitcoin
