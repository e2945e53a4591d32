#pragma once
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "sigma/bitcoin/bip32.hpp"
#include "sigma/bitcoin/keys.hpp"
#include "sigma/core/random.hpp"
#include "sigma/keyring/identity.hpp"
#include "sigma/vault/locked_bytes.hpp"

namespace sigma::keyring {

/// How a wallet's keys derive from its secret. "Root" carries the identities, "master" the hosts and friends.
///
/// | rules  | secret                        | root                        | master                                  |
/// |--------|-------------------------------|-----------------------------|-----------------------------------------|
/// | gen1   | entropy of the words          | BIP-32 root of the entropy  | the same                                |
/// | gen2   | BIP-39 seed                   | BIP-32 root of the seed     | SHA-256(seed)                           |
/// | type42 | root key (of a BIP-39 seed)   | itself                      | BIP-32 root of the root key's 32 bytes  |
/// | xprv   | extended key                  | its key                     | its key                                 |
/// | member | the key of a single identity  | itself                      | as type42                               |
enum class KeyRules { gen1, gen2, type42, xprv, member };
std::string_view to_string(KeyRules rules);

/// The secrets of an open wallet, in locked memory, and every key that hangs off them. Keys are derived when asked for
/// (about 60 µs) and never kept. Not thread-safe; movable.
class Keyring {
 public:
  /// Twelve new words and the identity "Primary Identity". The words alone restore it: no BIP-39 passphrase.
  static core::Result<Keyring> create(core::Random& random);
  /// `rules`: gen1, gen2 or type42. Code::invalid_input as bitcoin::seed_from_mnemonic(). Costs 2048 rounds of PBKDF2.
  static core::Result<Keyring> from_words(std::string_view mnemonic, std::string_view passphrase, KeyRules rules);
  /// A second-generation wallet, whose file holds the seed itself.
  static core::Result<Keyring> from_seed(std::string_view seed);
  static core::Result<Keyring> from_root_key(const bitcoin::PrivateKey& root);
  static core::Result<Keyring> from_xprv(std::string_view xprv);
  /// A wallet of one identity that can have no sisters.
  static core::Result<Keyring> from_member_key(const bitcoin::PrivateKey& key, Identity identity);

  /// Keeps the words that came with a wallet, and the first of `passphrases` under which they lead to it. False when
  /// none does: the words are then kept as they are, for the person to judge.
  bool learn_words(std::string_view mnemonic, const std::vector<std::string_view>& passphrases);

  /// JSON text of everything, for the vault; the caller wipes it.
  std::string serialise() const;
  static core::Result<Keyring> deserialise(std::string_view text);

  KeyRules rules() const { return rules_; }
  std::string_view mnemonic() const { return mnemonic_.view(); }      ///< empty when unknown
  std::string_view passphrase() const { return passphrase_.view(); }  ///< BIP-39's
  /// What the old export calls "seed": 64 bytes (gen1: the entropy); empty when only later secrets are known.
  std::string_view seed() const { return seed_.view(); }
  std::string_view xprv() const { return xprv_.view(); }

  core::Result<bitcoin::PrivateKey> root_key() const;
  core::Result<bitcoin::PrivateKey> master_key() const;

  /// Where the key of `host` lies: a path that an older version used for exactly this host, else the invoice
  /// "2-tokenpass-<host>" in lower case. `host` is without its scheme's default port; where the scheme is not known,
  /// the canonical_host() of a name.
  std::string host_path(std::string_view host) const;
  core::Result<bitcoin::PrivateKey> host_key(std::string_view host) const;
  /// Remembers how an older version derived the key of `host` (a row of keys.db). False, and nothing kept, when the
  /// path leads to no key.
  bool keep_host_path(std::string host, std::string path);
  const std::map<std::string, std::string, std::less<>>& kept_host_paths() const { return host_paths_; }

  /// The key whose public half a friend gets (invoice "2-friend-<sha256 of the friend's id>").
  core::Result<bitcoin::PrivateKey> friend_key(std::string_view friend_bap_id) const;
  /// The key for notes about a friend that only we read ("2-encrypt-…").
  core::Result<bitcoin::PrivateKey> notes_key(std::string_view friend_bap_id) const;
  /// What generations 2 and 3 used for decryption with a foreign key: our child towards it.
  core::Result<bitcoin::PrivateKey> shared_notes_key(std::string_view friend_bap_id,
                                                     const bitcoin::PublicKey& theirs) const;

  const std::vector<Identity>& identities() const { return identities_; }
  /// Null when this wallet has no such identity. Valid until the next change of the list.
  const Identity* find_identity(std::string_view id_key) const;
  /// Code::conflict when these keys allow no further identity, Code::invalid_input beyond kMaxIdentities.
  core::Result<Identity> add_identity(std::string name);
  /// Takes over identities of a backup; Code::invalid_input when one does not derive from these keys.
  core::Result<void> take_identities(std::vector<Identity> identities);
  /// An empty value removes it; a new name gets a fresh nonce. No effect for an unknown identity.
  void set_attribute(std::string_view id_key, const std::string& name, std::string value, core::Random& random);

  /// The key that proves ownership (cloud backup, sign-in).
  core::Result<bitcoin::PrivateKey> member_key(const Identity& identity) const;
  /// The key that signs for the identity on the chain (AIP).
  core::Result<bitcoin::PrivateKey> signing_key(const Identity& identity) const;
  core::Result<bitcoin::PrivateKey> encryption_key(const Identity& identity) const;
  /// The cloud signer's key between this identity and `seed` (a friend's BAP id).
  core::Result<bitcoin::PrivateKey> seed_key(const Identity& identity, std::string_view seed) const;
  /// The key that the list of identities in a backup is encrypted to.
  core::Result<bitcoin::PrivateKey> backup_key() const;

  static constexpr std::size_t kMaxIdentities = 200;

 private:
  explicit Keyring(KeyRules rules) : rules_(rules) {}
  core::Result<bitcoin::ExtendedKey> extended_root() const;
  core::Result<bitcoin::PrivateKey> key_at_host_path(std::string_view path) const;
  core::Result<bitcoin::PrivateKey> key_at(const Identity& identity, std::string_view path) const;
  core::Result<std::string> next_identity_path() const;
  core::Result<void> add_primary_identity();

  KeyRules rules_;
  vault::LockedBytes mnemonic_, passphrase_, seed_, root_, xprv_;
  std::vector<Identity> identities_;
  std::map<std::string, std::string, std::less<>> host_paths_;
};

/// Lower case, without ":80" and ":443": the host that a name without a scheme means.
std::string canonical_host(std::string_view host);

}  // namespace sigma::keyring
