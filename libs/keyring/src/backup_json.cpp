// What stands inside a backup: one shape for each kind of wallet.
#include "sigma/bitcoin/bip39.hpp"
#include "sigma/bitcoin/ecies.hpp"
#include "sigma/core/encoding.hpp"
#include "sigma/crypto/digest.hpp"
#include "sigma/keyring/backup_file.hpp"

namespace sigma::keyring {
namespace {

using bitcoin::PrivateKey;
using core::Code;
using core::Error;
using core::Json;
using core::Result;

constexpr std::string_view kVaultScheme = "tokenpass-seed-v1";

Error no_wallet(std::string_view why) {
  return {Code::invalid_input, std::string(why)};
}

/// The passwords that an older TokenPass may have used as BIP-39 passphrase: none, the password as typed, and what its
/// dashboard sent for it.
struct Passphrases {
  explicit Passphrases(std::string_view password)
      : typed(password), hashed(core::hex_encode(crypto::view(crypto::sha256(password)))) {}
  std::vector<std::string_view> all() const { return {typed, "", hashed}; }
  std::string_view typed;
  std::string hashed;
};

Result<std::string> seal_identities(const Keyring& keyring, core::Random& random) {
  Json ids = Json::array();
  for (const Identity& identity : keyring.identities()) ids.push_back(to_json(identity));
  const std::string last = keyring.identities().empty() ? "" : keyring.identities().back().root_path;
  std::string text = core::dump_json({{"lastIdPath", last}, {"ids", std::move(ids)}});
  SIGMA_TRY(const PrivateKey key, keyring.backup_key());
  const std::string sealed = bitcoin::encrypt_bie1(key.public_key(), PrivateKey::generate(random), text);
  crypto::wipe(text);
  return core::base64_encode(sealed);
}

Result<void> open_identities(Keyring& keyring, std::string_view sealed) {
  Error damaged = no_wallet("The list of identities in this backup is damaged.");
  const auto bytes = core::base64_decode(sealed);
  if (!bytes) return damaged;
  SIGMA_TRY(const PrivateKey key, keyring.backup_key());
  const auto text = bitcoin::decrypt_bie1(key, *bytes);
  if (!text) return damaged;
  const auto parsed = core::parse_json(text->view());
  if (!parsed) return damaged;
  // The oldest files hold the bare list.
  const Json list = parsed->is_array() ? *parsed : parsed->is_object() ? parsed->value("ids", Json()) : Json();
  if (!list.is_array()) return damaged;
  std::vector<Identity> identities;
  for (const Json& item : list) {
    SIGMA_TRY(Identity identity, identity_from_json(item));
    identities.push_back(std::move(identity));
  }
  return keyring.take_identities(std::move(identities));
}

/// BapMasterBackup: everything hangs off one key.
Result<Keyring> from_master(const Json& backup, const Passphrases& passphrases) {
  const auto root_wif = core::json_string(backup, "rootPk");
  const auto xprv = core::json_string(backup, "xprv");
  auto keyring = [&]() -> Result<Keyring> {
    if (xprv) return Keyring::from_xprv(*xprv);
    SIGMA_TRY(const PrivateKey root, PrivateKey::from_wif(*root_wif));
    return Keyring::from_root_key(root);
  }();
  if (!keyring) return no_wallet("The key in this backup cannot be read.");
  SIGMA_CHECK(open_identities(*keyring, core::json_string(backup, "ids").value_or("")));
  if (const auto words = core::json_string(backup, "mnemonic")) keyring->learn_words(*words, passphrases.all());
  return keyring;
}

/// Whether a "seed" is the entropy of a first-generation wallet. Backups of ours say so; those without "rules" hold
/// sixteen bytes for it and the 64 bytes of BIP-39 for the second generation.
bool is_entropy(const Json& backup, std::string_view seed) {
  constexpr std::size_t kEntropySize = 16;
  const auto rules = core::json_string(backup, "rules");
  return rules ? rules == to_string(KeyRules::gen1) : seed.size() == kEntropySize;
}

Result<Keyring> from_entropy(std::string_view entropy) {
  auto words = bitcoin::mnemonic_from_entropy(entropy);
  if (!words) return no_wallet("The seed in this backup cannot be read.");
  auto keyring = Keyring::from_words(*words, "", KeyRules::gen1);
  crypto::wipe(*words);
  return keyring;
}

/// VaultBackup: the seed of a wallet of the first or second generation. "rules" and "ids" are ours; without them it has
/// its first identity only.
Result<Keyring> from_vault(const Json& backup, const Passphrases& passphrases) {
  const auto inner = core::parse_json(core::json_string(backup, "encryptedVault").value_or(""), 4);
  const auto hex = inner ? core::json_string(*inner, "hex") : std::nullopt;
  const auto seed = hex ? core::hex_decode(*hex) : std::nullopt;
  if (!seed) return no_wallet("The seed in this backup cannot be read.");
  const bool entropy = is_entropy(backup, *seed);
  SIGMA_TRY(Keyring keyring, entropy ? from_entropy(*seed) : Keyring::from_seed(*seed));
  const auto words = core::json_string(*inner, "mnemonic");
  if (words && !entropy) keyring.learn_words(*words, passphrases.all());
  if (const auto ids = core::json_string(backup, "ids")) SIGMA_CHECK(open_identities(keyring, *ids));
  return keyring;
}

/// The hosts whose keys an older version derived in its own way: only the wallet itself remembers how.
Result<void> take_kept_host_paths(Keyring& keyring, const Json& backup) {
  Error damaged = no_wallet("The list of hosts in this backup is damaged.");
  const Json paths = backup.value("hostPaths", Json::object());
  if (!paths.is_object()) return damaged;
  for (const auto& [host, path] : paths.items()) {
    if (!path.is_string() || !keyring.keep_host_path(host, path.get<std::string>())) return damaged;
  }
  return {};
}

/// BapMemberBackup: one identity, without the wallet that it came from.
Result<Keyring> from_member(const Json& backup) {
  const auto key = PrivateKey::from_wif(core::json_string(backup, "wif").value_or(""));
  if (!key) return no_wallet("The key in this backup cannot be read.");
  Identity identity;
  identity.name = core::json_string(backup, "label").value_or("Identity");
  return Keyring::from_member_key(*key, std::move(identity));
}

Result<Keyring> wallet_of(const Json& backup, const Passphrases& passphrases) {
  const auto has = [&](const char* name) { return backup.contains(name) && backup[name].is_string(); };
  if (has("ids") && (has("rootPk") || has("xprv"))) return from_master(backup, passphrases);
  if (has("encryptedVault")) return from_vault(backup, passphrases);
  if (has("wif") && has("id")) return from_member(backup);
  if (has("wif") || has("payPk")) {
    return no_wallet("This backup holds single payment keys, not a wallet with identities. It cannot be used here.");
  }
  return no_wallet("This backup holds no wallet that TokenPass knows.");
}

Result<Json> member_backup(const Keyring& keyring, core::Random& random) {
  const Identity& identity = keyring.identities().front();
  SIGMA_TRY(const PrivateKey key, keyring.root_key());
  SIGMA_TRY(const PrivateKey sealing, keyring.encryption_key(identity));
  std::string text = core::dump_json({{"name", identity.name},
                                      {"description", identity.description},
                                      {"derivedPrivateKey", key.to_wif()},
                                      {"address", identity.root_address},
                                      {"identityAttributes", to_json(identity).at("identityAttributes")},
                                      {"identityKey", identity.id_key},
                                      {"counter", 0}});
  const std::string sealed = bitcoin::encrypt_bie1(sealing.public_key(), PrivateKey::generate(random), text);
  crypto::wipe(text);
  return Json{{"wif", key.to_wif()}, {"id", core::base64_encode(sealed)}};
}

}  // namespace

Result<std::string> backup_json(const Keyring& keyring, const BackupOptions& options, core::UtcTime now,
                                core::Random& random) {
  Json backup;
  switch (keyring.rules()) {
    case KeyRules::gen1:
    case KeyRules::gen2: {
      Json inner = {{"hex", core::hex_encode(keyring.seed())}};
      if (!keyring.mnemonic().empty()) inner["mnemonic"] = keyring.mnemonic();
      SIGMA_TRY(const std::string ids, seal_identities(keyring, random));
      backup = {{"encryptedVault", core::dump_json(inner)},
                {"scheme", kVaultScheme},
                {"rules", to_string(keyring.rules())},
                {"ids", ids}};
      break;
    }
    case KeyRules::member: {
      SIGMA_TRY(backup, member_backup(keyring, random));
      break;
    }
    case KeyRules::type42:
    case KeyRules::xprv: {
      SIGMA_TRY(const std::string ids, seal_identities(keyring, random));
      backup = {{"ids", ids}};
      if (keyring.rules() == KeyRules::xprv) {
        backup["xprv"] = keyring.xprv();
        if (!keyring.mnemonic().empty()) backup["mnemonic"] = keyring.mnemonic();
      } else {
        SIGMA_TRY(const PrivateKey root, keyring.root_key());
        backup["rootPk"] = root.to_wif();
        if (options.with_words && !keyring.mnemonic().empty()) backup["mnemonic"] = keyring.mnemonic();
      }
      break;
    }
  }
  if (!keyring.kept_host_paths().empty()) backup["hostPaths"] = keyring.kept_host_paths();
  backup["label"] = options.label;
  backup["createdAt"] = core::to_iso8601(now);
  return core::dump_json(backup);
}

Result<Keyring> keyring_of_backup(std::string_view json, std::string_view password) {
  const auto parsed = core::parse_json(json);
  if (!parsed || !parsed->is_object()) return no_wallet("This backup does not hold JSON.");
  SIGMA_TRY(Keyring keyring, wallet_of(*parsed, Passphrases(password)));
  SIGMA_CHECK(take_kept_host_paths(keyring, *parsed));
  return keyring;
}

}  // namespace sigma::keyring
