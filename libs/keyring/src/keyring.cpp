#include "sigma/keyring/keyring.hpp"

#include "sigma/bap/bap_id.hpp"
#include "sigma/bitcoin/bip39.hpp"
#include "sigma/bitcoin/brc42.hpp"
#include "sigma/core/encoding.hpp"
#include "sigma/crypto/digest.hpp"

namespace sigma::keyring {

using bitcoin::ExtendedKey;
using bitcoin::PrivateKey;
using core::Code;
using core::Error;
using core::Result;
using vault::LockedBytes;

namespace {

constexpr std::size_t kEntropySize = 16;  // twelve words
constexpr std::string_view kPrimaryIdentity = "Primary Identity";

std::string friend_invoice(std::string_view purpose, std::string_view friend_bap_id) {
  return fmt::format("2-{}-{}", purpose, core::hex_encode(crypto::view(crypto::sha256(friend_bap_id))));
}

}  // namespace

std::string_view to_string(KeyRules rules) {
  constexpr std::string_view kNames[] = {"gen1", "gen2", "type42", "xprv", "member"};
  return kNames[static_cast<std::size_t>(rules)];
}

std::string canonical_host(std::string_view host) {
  std::string name = core::to_lower_ascii(host);
  for (const std::string_view port : {":80", ":443"}) {
    if (name.size() > port.size() && name.ends_with(port)) {
      name.resize(name.size() - port.size());
      break;
    }
  }
  return name;
}

Result<Keyring> Keyring::create(core::Random& random) {
  const auto entropy = crypto::SecretBytes::random(kEntropySize, random);
  SIGMA_TRY(std::string words, bitcoin::mnemonic_from_entropy(entropy.view()));
  auto made = from_words(words, "", KeyRules::type42);
  crypto::wipe(words);
  return made;
}

Result<Keyring> Keyring::from_words(std::string_view mnemonic, std::string_view passphrase, KeyRules rules) {
  SIGMA_TRY(const auto entropy, bitcoin::entropy_from_mnemonic(mnemonic));
  // Kept as the standard writes them, however they were typed.
  SIGMA_TRY(std::string words, bitcoin::mnemonic_from_entropy(entropy.view()));
  Keyring keyring(rules);
  keyring.mnemonic_ = LockedBytes(words);
  crypto::wipe(words);
  keyring.passphrase_ = LockedBytes(passphrase);
  if (rules == KeyRules::gen1) {
    keyring.seed_ = LockedBytes(entropy.view());
  } else {
    SIGMA_TRY(const auto seed, bitcoin::seed_from_mnemonic(keyring.mnemonic(), passphrase));
    keyring.seed_ = LockedBytes(seed.view());
  }
  if (rules == KeyRules::type42) {
    SIGMA_TRY(const ExtendedKey root, ExtendedKey::from_seed(keyring.seed()));
    keyring.root_ = LockedBytes(root.key().secret_bytes());
  }
  SIGMA_CHECK(keyring.add_primary_identity());
  return keyring;
}

Result<Keyring> Keyring::from_seed(std::string_view seed) {
  if (seed.size() < 16 || seed.size() > 64) return Error{Code::invalid_input, "A wallet seed has 16 to 64 bytes."};
  Keyring keyring(KeyRules::gen2);
  keyring.seed_ = LockedBytes(seed);
  SIGMA_CHECK(keyring.add_primary_identity());
  return keyring;
}

Result<Keyring> Keyring::from_root_key(const PrivateKey& root) {
  Keyring keyring(KeyRules::type42);
  keyring.root_ = LockedBytes(root.secret_bytes());
  SIGMA_CHECK(keyring.add_primary_identity());
  return keyring;
}

Result<Keyring> Keyring::from_xprv(std::string_view xprv) {
  SIGMA_TRY(const ExtendedKey checked, ExtendedKey::from_xprv(xprv));
  (void)checked;
  Keyring keyring(KeyRules::xprv);
  keyring.xprv_ = LockedBytes(xprv);
  SIGMA_CHECK(keyring.add_primary_identity());
  return keyring;
}

Result<Keyring> Keyring::from_member_key(const PrivateKey& key, Identity identity) {
  Keyring keyring(KeyRules::member);
  keyring.root_ = LockedBytes(key.secret_bytes());
  identity.root_path = identity.previous_path = identity.current_path = "";
  identity.root_address = key.public_key().address();
  identity.id_key = bap::bap_id_from_root_address(identity.root_address);
  keyring.identities_.push_back(std::move(identity));
  return keyring;
}

bool Keyring::learn_words(std::string_view mnemonic, const std::vector<std::string_view>& passphrases) {
  mnemonic_ = LockedBytes(mnemonic);
  for (const std::string_view passphrase : passphrases) {
    const auto words_seed = bitcoin::seed_from_mnemonic(mnemonic, passphrase);
    if (!words_seed) return false;
    const auto words_root = ExtendedKey::from_seed(words_seed->view());
    const bool fits = words_root && (rules_ == KeyRules::gen2   ? words_seed->view() == seed()
                                     : rules_ == KeyRules::xprv ? words_root->to_xprv() == xprv()
                                                                : words_root->key().secret_bytes() == root_.view());
    if (!fits) continue;
    passphrase_ = LockedBytes(passphrase);
    seed_ = LockedBytes(words_seed->view());
    return true;
  }
  return false;
}

Result<ExtendedKey> Keyring::extended_root() const {
  switch (rules_) {
    case KeyRules::gen1:
    case KeyRules::gen2:
      return ExtendedKey::from_seed(seed());
    case KeyRules::xprv:
      return ExtendedKey::from_xprv(xprv());
    case KeyRules::type42:
    case KeyRules::member:
      break;
  }
  // The third generation hands the root key's bytes to BIP-32 as if they were a seed.
  return ExtendedKey::from_seed(root_.view());
}

Result<PrivateKey> Keyring::root_key() const {
  if (rules_ == KeyRules::type42 || rules_ == KeyRules::member) return PrivateKey::from_bytes(root_.view());
  SIGMA_TRY(const ExtendedKey root, extended_root());
  return root.key();
}

Result<PrivateKey> Keyring::master_key() const {
  if (rules_ == KeyRules::gen2) return PrivateKey::from_bytes(crypto::view(crypto::sha256(seed())));
  SIGMA_TRY(const ExtendedKey root, extended_root());
  return root.key();
}

std::string Keyring::host_path(std::string_view host) const {
  const auto kept = host_paths_.find(host);
  return kept != host_paths_.end() ? kept->second : "2-tokenpass-" + core::to_lower_ascii(host);
}

Result<PrivateKey> Keyring::host_key(std::string_view host) const {
  return key_at_host_path(host_path(host));
}

Result<PrivateKey> Keyring::key_at_host_path(std::string_view path) const {
  if (path.starts_with("m/")) {
    SIGMA_TRY(const ExtendedKey root, extended_root());
    SIGMA_TRY(const ExtendedKey child, root.derive(path));
    return child.key();
  }
  SIGMA_TRY(const PrivateKey master, master_key());
  return bitcoin::derive_self_child(master, path);
}

bool Keyring::keep_host_path(std::string host, std::string path) {
  if (path.empty() || !key_at_host_path(path)) return false;
  host_paths_[std::move(host)] = std::move(path);
  return true;
}

Result<PrivateKey> Keyring::friend_key(std::string_view friend_bap_id) const {
  SIGMA_TRY(const PrivateKey master, master_key());
  return bitcoin::derive_self_child(master, friend_invoice("friend", friend_bap_id));
}

Result<PrivateKey> Keyring::notes_key(std::string_view friend_bap_id) const {
  SIGMA_TRY(const PrivateKey master, master_key());
  return bitcoin::derive_self_child(master, friend_invoice("encrypt", friend_bap_id));
}

Result<PrivateKey> Keyring::shared_notes_key(std::string_view friend_bap_id, const bitcoin::PublicKey& theirs) const {
  SIGMA_TRY(const PrivateKey master, master_key());
  return bitcoin::derive_child(master, theirs, friend_invoice("encrypt", friend_bap_id));
}

Result<void> Keyring::add_primary_identity() {
  SIGMA_TRY(const Identity primary, add_identity(std::string(kPrimaryIdentity)));
  (void)primary;
  return {};
}

}  // namespace sigma::keyring
