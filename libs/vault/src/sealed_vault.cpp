#include "sigma/vault/sealed_vault.hpp"

#include "sigma/core/encoding.hpp"
#include "sigma/core/json.hpp"
#include "sigma/crypto/aead.hpp"

namespace sigma::vault {
namespace {

using core::Code;
using core::Error;
using core::Json;
using core::Result;

constexpr std::size_t kSaltSize = 16;
constexpr int kVersion = 1;
// What a file may ask of us: more would let a planted file stop the machine.
constexpr std::uint32_t kMaxMemoryKib = 512 * 1024;
constexpr std::uint32_t kMaxPasses = 16;
constexpr std::uint32_t kMaxLanes = 8;

Error no_vault(std::string_view why) {
  return {Code::invalid_input, fmt::format("This is not a TokenPass vault, or it is damaged: {}.", why)};
}

Error wrong_password() {
  return {Code::unauthorized, "Invalid password"};
}

std::optional<std::string> binary(const Json& object, std::string_view name) {
  const auto text = core::json_string(object, name);
  return text ? core::base64_decode(*text) : std::nullopt;
}

std::optional<std::uint32_t> number(const Json& object, const char* name, std::uint32_t max) {
  const auto found = object.find(name);
  if (found == object.end() || !found->is_number_unsigned()) return std::nullopt;
  const auto value = found->get<std::uint64_t>();
  if (value < 1 || value > max) return std::nullopt;
  return static_cast<std::uint32_t>(value);
}

Result<crypto::SecretBytes> password_key(std::string_view password, std::string_view salt, crypto::Argon2Cost cost) {
  return crypto::argon2id(password, salt, cost, crypto::kAeadKeySize);
}

}  // namespace

std::string SealedVault::Header::associated_data() const {
  return fmt::format("tokenpass-vault|{}|argon2id|{}|{}|{}|{}", kVersion, cost.memory_kib, cost.passes, cost.lanes,
                     core::base64_encode(salt));
}

Result<SealedVault> SealedVault::create(std::string_view password, core::Random& random, crypto::Argon2Cost cost) {
  Header header{cost, random.bytes(kSaltSize)};
  LockedBytes key = LockedBytes::random(crypto::kAeadKeySize, random);
  SIGMA_TRY(const crypto::SecretBytes wrapping, password_key(password, header.salt, cost));
  SIGMA_TRY(std::string sealed_key, crypto::aead_seal(wrapping.view(), key.view(), header.associated_data(), random));
  return SealedVault(std::move(header), std::move(sealed_key), std::move(key));
}

Result<LockedBytes> SealedVault::unwrap_key(const Header& header, std::string_view sealed_key,
                                            std::string_view password) {
  SIGMA_TRY(const crypto::SecretBytes wrapping, password_key(password, header.salt, header.cost));
  const auto key = crypto::aead_open(wrapping.view(), sealed_key, header.associated_data());
  if (!key) return wrong_password();
  return LockedBytes(key->view());
}

Result<SealedVault::Opened> SealedVault::open(std::string_view text, std::string_view password) {
  const auto parsed = core::parse_json(text, 4);
  if (!parsed || !parsed->is_object()) return no_vault("it is not JSON");
  const Json& vault = *parsed;
  if (core::json_string(vault, "format") != "tokenpass-vault") return no_vault("the format is another one");
  const auto version = number(vault, "version", 1'000'000);
  if (!version) return no_vault("the version is missing");
  if (*version != kVersion) {
    return Error{Code::invalid_input, fmt::format("This vault has version {}, which a later TokenPass wrote. Use that "
                                                  "one.",
                                                  *version)};
  }
  const Json kdf = vault.value("kdf", Json());
  const auto memory = kdf.is_object() ? number(kdf, "memoryKiB", kMaxMemoryKib) : std::nullopt;
  const auto passes = kdf.is_object() ? number(kdf, "passes", kMaxPasses) : std::nullopt;
  const auto lanes = kdf.is_object() ? number(kdf, "lanes", kMaxLanes) : std::nullopt;
  const auto salt = binary(kdf, "salt");
  const auto sealed_key = binary(vault, "key");
  const auto sealed_contents = binary(vault, "contents");
  if (core::json_string(kdf, "name") != "argon2id" || !memory || !passes || !lanes || !salt ||
      salt->size() != kSaltSize) {
    return no_vault("the key derivation is unknown or out of range");
  }
  if (!sealed_key || !sealed_contents) return no_vault("a part is missing");

  Header header{{.memory_kib = *memory, .passes = *passes, .lanes = *lanes}, *salt};
  SIGMA_TRY(LockedBytes key, unwrap_key(header, *sealed_key, password));
  const auto contents = crypto::aead_open(key.view(), *sealed_contents, header.associated_data() + "|" + *sealed_key);
  if (!contents) {
    return Error{Code::conflict,
                 "The password is right, but the vault's contents are damaged. An older version lies "
                 "beside it, under the same name with ~1 to ~5 at its end."};
  }
  LockedBytes locked(contents->view());
  return Opened{SealedVault(std::move(header), *sealed_key, std::move(key)), std::move(locked)};
}

Result<std::string> SealedVault::seal(std::string_view contents, core::Random& random) const {
  SIGMA_TRY(const std::string sealed,
            crypto::aead_seal(key_.view(), contents, header_.associated_data() + "|" + sealed_key_, random));
  const Json vault = {{"format", "tokenpass-vault"},
                      {"version", kVersion},
                      {"kdf",
                       {{"name", "argon2id"},
                        {"memoryKiB", header_.cost.memory_kib},
                        {"passes", header_.cost.passes},
                        {"lanes", header_.cost.lanes},
                        {"salt", core::base64_encode(header_.salt)}}},
                      {"key", core::base64_encode(sealed_key_)},
                      {"contents", core::base64_encode(sealed)}};
  return core::dump_json(vault) + "\n";
}

Result<void> SealedVault::check_password(std::string_view password) const {
  SIGMA_TRY(const LockedBytes key, unwrap_key(header_, sealed_key_, password));
  (void)key;
  return {};
}

}  // namespace sigma::vault
