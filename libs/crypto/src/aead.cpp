#include "sigma/crypto/aead.hpp"

#include <limits>

#include "evp.hpp"

namespace sigma::crypto {
namespace {

constexpr std::size_t kMaxInput = std::numeric_limits<int>::max() / 2;  // EVP counts in int

core::Error undecryptable() {
  ERR_clear_error();
  return {core::Code::unauthorized, "The data cannot be decrypted with this key."};
}

core::Result<void> check_lengths(std::string_view key, std::string_view nonce, std::string_view data,
                                 std::string_view associated_data) {
  if (key.size() != kAeadKeySize) return core::Error{core::Code::internal, "An encryption key must have 32 bytes."};
  if (nonce.size() < 8 || nonce.size() > 64) {
    return core::Error{core::Code::invalid_input, "A nonce must have 8 to 64 bytes."};
  }
  if (data.size() > kMaxInput || associated_data.size() > kMaxInput) {
    return core::Error{core::Code::invalid_input, "The data is too large to encrypt or decrypt in one piece."};
  }
  return {};
}

enum class Direction { decrypt = 0, encrypt = 1 };

const EVP_CIPHER* aes256_gcm() {
  static const EVP_CIPHER* cipher = EVP_CIPHER_fetch(nullptr, "AES-256-GCM", nullptr);
  if (cipher == nullptr) die("AES-256-GCM");
  return cipher;
}

/// A context that has taken key, nonce and associated data; null on failure.
CipherContext begin(Direction direction, std::string_view key, std::string_view nonce,
                    std::string_view associated_data) {
  CipherContext context(EVP_CIPHER_CTX_new());
  std::size_t nonce_size = nonce.size();
  const std::array<OSSL_PARAM, 2> params = {OSSL_PARAM_construct_size_t(OSSL_CIPHER_PARAM_IVLEN, &nonce_size),
                                            OSSL_PARAM_construct_end()};
  int written = 0;
  const bool ready =
      context &&
      EVP_CipherInit_ex2(context.get(), aes256_gcm(), nullptr, nullptr, static_cast<int>(direction), params.data()) ==
          1 &&
      EVP_CipherInit_ex2(context.get(), nullptr, bytes(key), bytes(nonce), static_cast<int>(direction), nullptr) == 1 &&
      EVP_CipherUpdate(context.get(), nullptr, &written, bytes(associated_data),
                       static_cast<int>(associated_data.size())) == 1;
  return ready ? std::move(context) : nullptr;
}

}  // namespace

core::Result<std::string> aes256_gcm_encrypt(std::string_view key, std::string_view nonce, std::string_view plaintext,
                                             std::string_view associated_data) {
  SIGMA_CHECK(check_lengths(key, nonce, plaintext, associated_data));
  const CipherContext context = begin(Direction::encrypt, key, nonce, associated_data);
  if (!context) return openssl_failure("AES-256-GCM init");
  std::string out(plaintext.size() + kAeadTagSize, '\0');
  int written = 0, rest = 0;
  if (EVP_EncryptUpdate(context.get(), bytes(out), &written, bytes(plaintext), static_cast<int>(plaintext.size())) !=
          1 ||
      EVP_EncryptFinal_ex(context.get(), bytes(out) + written, &rest) != 1 ||
      EVP_CIPHER_CTX_ctrl(context.get(), EVP_CTRL_AEAD_GET_TAG, kAeadTagSize, bytes(out) + plaintext.size()) != 1) {
    return openssl_failure("AES-256-GCM encrypt");
  }
  return out;
}

core::Result<SecretBytes> aes256_gcm_decrypt(std::string_view key, std::string_view nonce,
                                             std::string_view ciphertext_and_tag, std::string_view associated_data) {
  SIGMA_CHECK(check_lengths(key, nonce, ciphertext_and_tag, associated_data));
  if (ciphertext_and_tag.size() < kAeadTagSize) return undecryptable();
  const auto ciphertext = ciphertext_and_tag.substr(0, ciphertext_and_tag.size() - kAeadTagSize);
  std::string tag(ciphertext_and_tag.substr(ciphertext.size()));
  const CipherContext context = begin(Direction::decrypt, key, nonce, associated_data);
  if (!context) return openssl_failure("AES-256-GCM init");
  SecretBytes out = SecretBytes::zeros(ciphertext.size());
  int written = 0, rest = 0;
  if (EVP_DecryptUpdate(context.get(), out.data(), &written, bytes(ciphertext), static_cast<int>(ciphertext.size())) !=
          1 ||
      EVP_CIPHER_CTX_ctrl(context.get(), EVP_CTRL_AEAD_SET_TAG, kAeadTagSize, tag.data()) != 1 ||
      EVP_DecryptFinal_ex(context.get(), out.data() + written, &rest) != 1) {
    return undecryptable();
  }
  return out;
}

core::Result<std::string> aead_seal(std::string_view key, std::string_view plaintext, std::string_view associated_data,
                                    core::Random& random) {
  const std::string nonce = random.bytes(kAeadNonceSize);
  SIGMA_TRY(const std::string sealed, aes256_gcm_encrypt(key, nonce, plaintext, associated_data));
  return nonce + sealed;
}

core::Result<SecretBytes> aead_open(std::string_view key, std::string_view sealed, std::string_view associated_data) {
  if (sealed.size() < kAeadNonceSize + kAeadTagSize) return undecryptable();
  return aes256_gcm_decrypt(key, sealed.substr(0, kAeadNonceSize), sealed.substr(kAeadNonceSize), associated_data);
}

}  // namespace sigma::crypto
