#include "sigma/keyring/backup_file.hpp"

#include "sigma/core/encoding.hpp"
#include "sigma/core/text.hpp"
#include "sigma/crypto/aead.hpp"
#include "sigma/crypto/kdf.hpp"

namespace sigma::keyring {
namespace {

using core::Code;
using core::Error;
using core::Result;

constexpr std::size_t kSaltSize = 16;
constexpr std::size_t kIvSize = 12;
constexpr std::size_t kKeySize = 32;
constexpr std::uint32_t kRounds = 600'000;
constexpr std::uint32_t kOlderRounds = 100'000;

}  // namespace

Result<crypto::SecretBytes> open_backup(std::string_view text, std::string_view password) {
  const auto bytes = core::base64_decode(core::trim(text, core::kBlanksAndLineEnds));
  if (!bytes || bytes->size() < kSaltSize + kIvSize + crypto::kAeadTagSize) {
    return Error{Code::invalid_input, "This is not an encrypted backup (.bep)."};
  }
  const std::string_view all = *bytes;
  const auto salt = all.substr(0, kSaltSize), iv = all.substr(kSaltSize, kIvSize);
  for (const std::uint32_t rounds : {kRounds, kOlderRounds}) {
    SIGMA_TRY(const auto key, crypto::pbkdf2_sha256(password, salt, rounds, kKeySize));
    auto opened = crypto::aes256_gcm_decrypt(key.view(), iv, all.substr(kSaltSize + kIvSize));
    if (opened) return opened;
  }
  return Error{Code::unauthorized, "Invalid password, or the backup is damaged."};
}

Result<BackupKey> derive_backup_key(std::string_view password, core::Random& random) {
  std::string salt = random.bytes(kSaltSize);
  SIGMA_TRY(const auto key, crypto::pbkdf2_sha256(password, salt, kRounds, kKeySize));
  return BackupKey{std::move(salt), vault::LockedBytes(key.view())};
}

Result<std::string> seal_backup(std::string_view json, const BackupKey& key, core::Random& random) {
  const std::string iv = random.bytes(kIvSize);
  SIGMA_TRY(const std::string sealed, crypto::aes256_gcm_encrypt(key.key.view(), iv, json));
  return core::base64_encode(key.salt + iv + sealed);
}

}  // namespace sigma::keyring
