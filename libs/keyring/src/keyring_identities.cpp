// The identities of a keyring: BAP in type-42 mode ("bap:<n>") and in the older BIP-32 mode.
#include <algorithm>
#include <charconv>

#include "sigma/bap/bap_id.hpp"
#include "sigma/bitcoin/brc42.hpp"
#include "sigma/core/encoding.hpp"
#include "sigma/crypto/digest.hpp"
#include "sigma/keyring/keyring.hpp"

namespace sigma::keyring {

using bitcoin::ExtendedKey;
using bitcoin::PrivateKey;
using core::Code;
using core::Error;
using core::Result;

namespace {

constexpr std::string_view kSigningInvoice = "1-sigma-identity";
// A BIP-32 path, which type-42 wallets use as the text of an invoice.
constexpr std::string_view kEncryptionPath = "m/424150'/2147483647'/2147483647'";

std::string hex_sha256(std::string_view text) {
  return core::hex_encode(crypto::view(crypto::sha256(text)));
}

/// How BAP turns a hash into a path: eight hardened steps of 32 bits, brought below 2^31 in its own way.
std::string path_from_hash(std::string_view hex) {
  constexpr std::uint32_t kMax = 2147483647;
  std::string path = "m";
  for (std::size_t at = 0; at + 8 <= hex.size(); at += 8) {
    std::uint32_t step = 0;
    std::from_chars(hex.data() + at, hex.data() + at + 8, step, 16);
    if (step > kMax) step -= kMax;
    path += fmt::format("/{}'", step);
  }
  return path;
}

std::string next_step(std::string_view bip32_path) {
  const auto slash = bip32_path.rfind('/');
  int last = 0;
  std::from_chars(bip32_path.data() + slash + 1, bip32_path.data() + bip32_path.size(), last);
  return fmt::format("{}/{}{}", bip32_path.substr(0, slash), last + 1, bip32_path.ends_with('\'') ? "'" : "");
}

Error foreign_identity(const Identity& identity) {
  return {Code::invalid_input,
          fmt::format("The identity {} in this backup does not belong to its keys.", identity.id_key)};
}

}  // namespace

const Identity* Keyring::find_identity(std::string_view id_key) const {
  const auto found = std::ranges::find(identities_, id_key, &Identity::id_key);
  return found == identities_.end() ? nullptr : &*found;
}

Result<PrivateKey> Keyring::key_at(const Identity& identity, std::string_view path) const {
  if (rules_ == KeyRules::xprv) {
    SIGMA_TRY(ExtendedKey base, extended_root());
    if (!identity.id_seed.empty()) {
      SIGMA_TRY(ExtendedKey branch, base.derive(path_from_hash(hex_sha256(identity.id_seed))));
      base = branch;
    }
    SIGMA_TRY(const ExtendedKey child, base.derive(path));
    return child.key();
  }
  SIGMA_TRY(PrivateKey base, root_key());
  if (path.empty()) return base;
  if (!identity.id_seed.empty()) {
    SIGMA_TRY(const PrivateKey branch, bitcoin::derive_self_child(base, hex_sha256(identity.id_seed)));
    base = branch;
  }
  return bitcoin::derive_self_child(base, path);
}

Result<std::string> Keyring::next_identity_path() const {
  if (rules_ == KeyRules::member) {
    return Error{Code::conflict, "This wallet holds the key of a single identity; it cannot have another one."};
  }
  if (identities_.size() >= kMaxIdentities) {
    return Error{Code::invalid_input, fmt::format("A wallet has room for {} identities.", kMaxIdentities)};
  }
  int next = 0;
  for (const Identity& identity : identities_) next = std::max(next, identity.counter() + 1);
  return rules_ == KeyRules::xprv ? fmt::format("m/424150'/0'/0'/0'/{}'/0'", next) : fmt::format("bap:{}", next);
}

Result<Identity> Keyring::add_identity(std::string name) {
  Identity identity;
  SIGMA_TRY(identity.root_path, next_identity_path());
  identity.name = std::move(name);
  identity.previous_path = identity.root_path;
  identity.current_path = rules_ == KeyRules::xprv ? next_step(identity.root_path) : identity.root_path;
  SIGMA_TRY(const PrivateKey key, member_key(identity));
  identity.root_address = key.public_key().address();
  identity.id_key = bap::bap_id_from_root_address(identity.root_address);
  identities_.push_back(identity);
  return identity;
}

Result<void> Keyring::take_identities(std::vector<Identity> identities) {
  if (identities.empty()) return Error{Code::invalid_input, "This backup holds no identity."};
  if (identities.size() > kMaxIdentities) return Error{Code::invalid_input, "This backup holds too many identities."};
  for (const Identity& identity : identities) {
    const auto key = member_key(identity);
    const auto current = signing_key(identity);
    if (!key || !current || key->public_key().address() != identity.root_address ||
        bap::bap_id_from_root_address(identity.root_address) != identity.id_key) {
      return foreign_identity(identity);
    }
  }
  identities_ = std::move(identities);
  return {};
}

void Keyring::set_attribute(std::string_view id_key, const std::string& name, std::string value, core::Random& random) {
  const auto identity = std::ranges::find(identities_, id_key, &Identity::id_key);
  if (identity == identities_.end()) return;
  if (value.empty()) {
    identity->attributes.erase(name);
    return;
  }
  Attribute& attribute = identity->attributes[name];
  if (attribute.nonce.empty()) attribute.nonce = core::hex_encode(random.bytes(32));
  attribute.value = std::move(value);
}

Result<PrivateKey> Keyring::member_key(const Identity& identity) const {
  return key_at(identity, identity.root_path);
}

Result<PrivateKey> Keyring::signing_key(const Identity& identity) const {
  SIGMA_TRY(const PrivateKey current, key_at(identity, identity.current_path));
  return bitcoin::derive_self_child(current, kSigningInvoice);
}

Result<PrivateKey> Keyring::encryption_key(const Identity& identity) const {
  if (rules_ == KeyRules::xprv) return key_at(identity, identity.root_path + std::string(kEncryptionPath.substr(1)));
  SIGMA_TRY(const PrivateKey member, member_key(identity));
  return bitcoin::derive_self_child(member, kEncryptionPath);
}

Result<PrivateKey> Keyring::seed_key(const Identity& identity, std::string_view seed) const {
  const std::string hash = hex_sha256(seed);
  if (rules_ == KeyRules::xprv) return key_at(identity, identity.root_path + path_from_hash(hash).substr(1));
  SIGMA_TRY(const PrivateKey member, member_key(identity));
  return bitcoin::derive_self_child(member, hash);
}

Result<PrivateKey> Keyring::backup_key() const {
  if (rules_ == KeyRules::xprv) {
    SIGMA_TRY(const ExtendedKey root, extended_root());
    SIGMA_TRY(const ExtendedKey child, root.derive(kEncryptionPath));
    return child.key();
  }
  SIGMA_TRY(const PrivateKey root, root_key());
  return bitcoin::derive_self_child(root, kEncryptionPath);
}

}  // namespace sigma::keyring
