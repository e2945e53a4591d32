#include "sigma/keyring/older_wallets.hpp"

#include <algorithm>

#include "sigma/bitcoin/bip39.hpp"
#include "sigma/core/encoding.hpp"
#include "sigma/core/text.hpp"
#include "sigma/crypto/cipher.hpp"
#include "sigma/crypto/digest.hpp"
#include "sigma/keyring/backup_file.hpp"

namespace sigma::keyring {
namespace {

using core::Code;
using core::Error;
using core::Json;
using core::Result;

Error wrong_password() {
  return {Code::unauthorized, "Invalid password"};
}

/// First generation. The format has no check of its own, but a wrong key hardly ever yields hex of a fitting length.
Result<Keyring> open_first_generation(const Json& sealed, std::string_view password) {
  const auto iv = core::hex_decode(core::json_string(sealed, "iv").value_or(""));
  const auto data = core::hex_decode(core::json_string(sealed, "encryptedData").value_or(""));
  if (!iv || iv->size() != 16 || !data || data->empty()) return Error{Code::invalid_input, "The seed.db is damaged."};
  const auto key = crypto::sha256(password);
  const auto hex = crypto::aes_cbc_decrypt(crypto::view(key), *iv, *data);
  auto entropy = hex ? core::hex_decode(hex->view()) : std::nullopt;
  auto words = entropy ? bitcoin::mnemonic_from_entropy(*entropy) : Error{};
  if (entropy) crypto::wipe(*entropy);
  if (!words) return wrong_password();
  auto keyring = Keyring::from_words(*words, "", KeyRules::gen1);
  crypto::wipe(*words);
  return keyring;
}

Result<Keyring> open_second_generation(std::string_view sealed, std::string_view password) {
  const std::string hashed = core::hex_encode(crypto::view(crypto::sha256(password)));
  for (const std::string_view attempt : {password, std::string_view(hashed)}) {
    const auto json = open_backup(sealed, attempt);
    if (json) return keyring_of_backup(json->view(), attempt);
    if (json.error().code() != Code::unauthorized) return json.error();
  }
  return wrong_password();
}

}  // namespace

std::vector<Json> read_nedb(std::string_view text) {
  std::vector<Json> documents;
  while (!text.empty()) {
    auto parsed = core::parse_json(core::trim(core::take_until(text, '\n'), core::kBlanksAndLineEnds));
    if (!parsed || !parsed->is_object() || parsed->contains("$$indexCreated")) continue;
    const auto id = core::json_string(*parsed, "_id");
    const auto known = std::ranges::find_if(
        documents, [&](const Json& document) { return id && core::json_string(document, "_id") == id; });
    if (parsed->value("$$deleted", Json(false)) == Json(true)) {
      if (known != documents.end()) documents.erase(known);
    } else if (known != documents.end()) {
      *known = std::move(*parsed);
    } else if (documents.size() < kMaxDocuments) {
      documents.push_back(std::move(*parsed));
    }
  }
  return documents;
}

Result<Keyring> open_seed_db(std::string_view text, std::string_view password) {
  for (const Json& document : read_nedb(text)) {
    if (document.contains("hex") && document["hex"].is_object()) {
      return open_first_generation(document["hex"], password);
    }
    if (const auto sealed = core::json_string(document, "encrypted")) return open_second_generation(*sealed, password);
  }
  return Error{Code::invalid_input, "This file holds no TokenPass wallet."};
}

Result<Keyring> open_wallet_file(std::string_view text, std::string_view password) {
  const std::string_view content = core::trim(text, core::kBlanksAndLineEnds);
  if (!content.starts_with('{')) {
    SIGMA_TRY(const auto json, open_backup(content, password));
    return keyring_of_backup(json.view(), password);
  }
  const auto whole = core::parse_json(content);
  const bool seed_db = !whole || !whole->is_object() || whole->contains("_id");
  return seed_db ? open_seed_db(content, password) : keyring_of_backup(content, password);
}

std::vector<std::string> take_host_paths(Keyring& keyring, std::string_view keys_db) {
  std::vector<std::string> changed;
  for (const Json& row : read_nedb(keys_db)) {
    const auto host = core::json_string(row, "host");
    const auto path = core::json_string(row, "path");
    if (!host || !path || !keyring.keep_host_path(*host, *path)) continue;
    const auto pub = core::json_string(row, "pub").value_or("");
    if (keyring.host_key(*host)->public_key().hex() != core::to_lower_ascii(pub)) changed.push_back(*host);
  }
  return changed;
}

}  // namespace sigma::keyring
