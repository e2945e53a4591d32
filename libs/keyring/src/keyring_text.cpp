// A keyring as the vault keeps it.
#include "sigma/bitcoin/keys.hpp"
#include "sigma/core/encoding.hpp"
#include "sigma/keyring/keyring.hpp"

namespace sigma::keyring {
namespace {

using core::Code;
using core::Error;
using core::Json;
using core::Result;
using vault::LockedBytes;

constexpr int kVersion = 1;

Error unreadable() {
  return {Code::invalid_input, "The vault opened, but what it holds is not a wallet that this version knows."};
}

std::optional<KeyRules> parse_rules(std::string_view text) {
  for (const KeyRules rules : {KeyRules::gen1, KeyRules::gen2, KeyRules::type42, KeyRules::xprv, KeyRules::member}) {
    if (to_string(rules) == text) return rules;
  }
  return std::nullopt;
}

}  // namespace

std::string Keyring::serialise() const {
  Json identities = Json::array();
  for (const Identity& identity : identities_) identities.push_back(to_json(identity));
  return core::dump_json({{"version", kVersion},
                          {"rules", to_string(rules_)},
                          {"mnemonic", mnemonic_.view()},
                          {"passphrase", passphrase_.view()},
                          {"seed", core::hex_encode(seed_.view())},
                          {"root", core::hex_encode(root_.view())},
                          {"xprv", xprv_.view()},
                          {"identities", std::move(identities)},
                          {"hostPaths", host_paths_}});
}

Result<Keyring> Keyring::deserialise(std::string_view text) {
  const auto json = core::parse_json(text);
  if (!json || !json->is_object() || json->value("version", Json()) != kVersion) return unreadable();
  const auto rules = parse_rules(core::json_string(*json, "rules").value_or(""));
  const auto seed = core::hex_decode(core::json_string(*json, "seed").value_or(""));
  const auto root = core::hex_decode(core::json_string(*json, "root").value_or(""));
  if (!rules || !seed || !root) return unreadable();
  Keyring keyring(*rules);
  keyring.mnemonic_ = LockedBytes(core::json_string(*json, "mnemonic").value_or(""));
  keyring.passphrase_ = LockedBytes(core::json_string(*json, "passphrase").value_or(""));
  keyring.seed_ = LockedBytes(*seed);
  keyring.root_ = LockedBytes(*root);
  keyring.xprv_ = LockedBytes(core::json_string(*json, "xprv").value_or(""));
  if (!keyring.root_key() || !keyring.master_key()) return unreadable();
  const Json identities = json->value("identities", Json::array());
  const Json host_paths = json->value("hostPaths", Json::object());
  if (!identities.is_array() || !host_paths.is_object()) return unreadable();
  for (const Json& item : identities) {
    SIGMA_TRY(Identity identity, identity_from_json(item));
    keyring.identities_.push_back(std::move(identity));
  }
  for (const auto& [host, path] : host_paths.items()) {
    if (!path.is_string() || !keyring.keep_host_path(host, path.get<std::string>())) return unreadable();
  }
  return keyring;
}

}  // namespace sigma::keyring
