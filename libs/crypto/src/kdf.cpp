#include "sigma/crypto/kdf.hpp"

#include <argon2.h>

#include <limits>

#include "evp.hpp"
#include "sigma/crypto/digest.hpp"

namespace sigma::crypto {
namespace {

constexpr std::size_t kMaxLength = 1024;
constexpr std::size_t kMaxText = 1 << 20;
constexpr std::uint64_t kMaxMemory = 1ull << 30;

core::Error refused(std::string_view what) {
  return {core::Code::invalid_input, "Key derivation parameters are out of range: " + std::string(what) + "."};
}

core::Result<void> check_texts(std::string_view password, std::string_view salt, std::size_t length) {
  if (password.size() > kMaxText || salt.size() > kMaxText) return refused("password or salt too long");
  if (length < 1 || length > kMaxLength) return refused("length");
  return {};
}

core::Result<SecretBytes> pbkdf2(const EVP_MD* digest, std::string_view password, std::string_view salt,
                                 std::uint32_t iterations, std::size_t length) {
  SIGMA_CHECK(check_texts(password, salt, length));
  if (iterations < 1 || iterations > 10'000'000) return refused("iterations");
  SecretBytes out = SecretBytes::zeros(length);
  // OpenSSL measures a null password itself; an empty view may hold one.
  const char* text = password.empty() ? "" : password.data();
  if (PKCS5_PBKDF2_HMAC(text, static_cast<int>(password.size()), bytes(salt), static_cast<int>(salt.size()),
                        static_cast<int>(iterations), digest, static_cast<int>(length), out.data()) != 1) {
    return openssl_failure("PBKDF2");
  }
  return out;
}

}  // namespace

SecretBytes hkdf_sha256(std::string_view input_key, std::string_view salt, std::string_view info, std::size_t length) {
  if (length < 1 || length > 255 * sizeof(Hash256)) die("HKDF length");
  Hash256 pseudo_random_key = hmac_sha256(salt, input_key);
  SecretBytes out = SecretBytes::zeros(length);
  std::string block;
  for (std::size_t done = 0, counter = 1; done < length; ++counter) {
    block += info;
    block += static_cast<char>(counter);
    Hash256 part = hmac_sha256(view(pseudo_random_key), block);
    const std::size_t count = std::min(part.size(), length - done);
    std::copy_n(part.begin(), count, out.data() + done);
    done += count;
    wipe(block);
    block = view(part);
    OPENSSL_cleanse(part.data(), part.size());
  }
  wipe(block);
  OPENSSL_cleanse(pseudo_random_key.data(), pseudo_random_key.size());
  return out;
}

core::Result<SecretBytes> pbkdf2_sha256(std::string_view password, std::string_view salt, std::uint32_t iterations,
                                        std::size_t length) {
  return pbkdf2(EVP_sha256(), password, salt, iterations, length);
}

core::Result<SecretBytes> pbkdf2_sha512(std::string_view password, std::string_view salt, std::uint32_t iterations,
                                        std::size_t length) {
  return pbkdf2(EVP_sha512(), password, salt, iterations, length);
}

core::Result<SecretBytes> argon2id(std::string_view password, std::string_view salt, Argon2Cost cost,
                                   std::size_t length) {
  SIGMA_CHECK(check_texts(password, salt, length));
  if (cost.memory_kib > kMaxMemory / 1024) return refused("Argon2 memory");
  SecretBytes out = SecretBytes::zeros(length);
  const int status = argon2id_hash_raw(cost.passes, cost.memory_kib, cost.lanes, password.data(), password.size(),
                                       salt.data(), salt.size(), out.data(), length);
  if (status == ARGON2_MEMORY_ALLOCATION_ERROR) {
    return core::Error{core::Code::overloaded, "The server is busy; try again in a moment.", "Argon2 found no memory"};
  }
  if (status != ARGON2_OK) return refused(argon2_error_message(status));
  return out;
}

}  // namespace sigma::crypto
