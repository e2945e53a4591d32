#include "sigma/crypto/cipher.hpp"

#include <limits>

#include "evp.hpp"

namespace sigma::crypto {
namespace {

constexpr std::size_t kBlock = 16;
constexpr std::size_t kMaxInput = std::numeric_limits<int>::max() / 2;  // EVP counts in int

core::Result<const EVP_CIPHER*> choose(std::string_view key, std::string_view iv, std::string_view data) {
  if (iv.size() != kBlock) return core::Error{core::Code::invalid_input, "An AES-CBC IV must have 16 bytes."};
  if (data.size() > kMaxInput) return core::Error{core::Code::invalid_input, "The data is too large for one piece."};
  if (key.size() == 16) return EVP_aes_128_cbc();
  if (key.size() == 32) return EVP_aes_256_cbc();
  return core::Error{core::Code::invalid_input, "An AES-CBC key must have 16 or 32 bytes."};
}

}  // namespace

core::Result<std::string> aes_cbc_encrypt(std::string_view key, std::string_view iv, std::string_view plaintext) {
  SIGMA_TRY(const EVP_CIPHER* cipher, choose(key, iv, plaintext));
  const CipherContext context(EVP_CIPHER_CTX_new());
  std::string out(plaintext.size() + kBlock, '\0');
  int written = 0, rest = 0;
  if (!context || EVP_EncryptInit_ex2(context.get(), cipher, bytes(key), bytes(iv), nullptr) != 1 ||
      EVP_EncryptUpdate(context.get(), bytes(out), &written, bytes(plaintext), static_cast<int>(plaintext.size())) !=
          1 ||
      EVP_EncryptFinal_ex(context.get(), bytes(out) + written, &rest) != 1) {
    return openssl_failure("AES-CBC encrypt");
  }
  out.resize(static_cast<std::size_t>(written) + static_cast<std::size_t>(rest));
  return out;
}

core::Result<SecretBytes> aes_cbc_decrypt(std::string_view key, std::string_view iv, std::string_view ciphertext) {
  SIGMA_TRY(const EVP_CIPHER* cipher, choose(key, iv, ciphertext));
  const CipherContext context(EVP_CIPHER_CTX_new());
  SecretBytes out = SecretBytes::zeros(ciphertext.size() + kBlock);
  int written = 0, rest = 0;
  if (!context || EVP_DecryptInit_ex2(context.get(), cipher, bytes(key), bytes(iv), nullptr) != 1) {
    return openssl_failure("AES-CBC init");
  }
  if (EVP_DecryptUpdate(context.get(), out.data(), &written, bytes(ciphertext), static_cast<int>(ciphertext.size())) !=
          1 ||
      EVP_DecryptFinal_ex(context.get(), out.data() + written, &rest) != 1) {
    ERR_clear_error();
    return core::Error{core::Code::unauthorized, "The data cannot be decrypted with this key."};
  }
  out.shrink(static_cast<std::size_t>(written) + static_cast<std::size_t>(rest));
  return out;
}

}  // namespace sigma::crypto
