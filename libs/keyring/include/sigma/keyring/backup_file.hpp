// .bep files as the npm package bitcoin-backup writes them: base64(salt 16 ‖ iv 12 ‖ AES-256-GCM ‖ tag 16), the key by
// PBKDF2-HMAC-SHA256 with 600,000 rounds (earlier files: 100,000). Inside: JSON, of a shape for each kind of wallet.
#pragma once
#include <string>
#include <string_view>

#include "sigma/core/clock.hpp"
#include "sigma/core/random.hpp"
#include "sigma/crypto/secret_bytes.hpp"
#include "sigma/keyring/keyring.hpp"
#include "sigma/vault/locked_bytes.hpp"

namespace sigma::keyring {

/// The JSON inside. About 0.3 s: belongs on a core::WorkPool. Code::invalid_input when `text` is no such file,
/// Code::unauthorized when the password is wrong or the file was changed (the format cannot tell which).
core::Result<crypto::SecretBytes> open_backup(std::string_view text, std::string_view password);

/// A password in the form in which backups need it: kept inside an open wallet so that it can be backed up without
/// asking again. Opens every backup made with the same password and salt; nothing else.
struct BackupKey {
  std::string salt;  ///< 16 bytes
  vault::LockedBytes key;
};
/// About 0.3 s, as open_backup(). Other writers refuse passwords of fewer than 8 characters; that is the caller's
/// affair.
core::Result<BackupKey> derive_backup_key(std::string_view password, core::Random& random);
/// The file. Quick.
core::Result<std::string> seal_backup(std::string_view json, const BackupKey& key, core::Random& random);

struct BackupOptions {
  std::string label = "TokenPass";
  /// A third-generation TokenPass that loads a backup with words derives other host keys until its first save.
  bool with_words = false;
};
/// The JSON of a backup of `keyring`: {"ids","label","createdAt","rootPk"} or with "xprv"; for a wallet of the first or
/// second generation {"encryptedVault","rules","ids",…}, for a single identity {"wif","id",…}. "hostPaths" where an
/// older version derived keys of hosts in its own way. Other readers pass over what they do not know. The caller wipes
/// it.
core::Result<std::string> backup_json(const Keyring& keyring, const BackupOptions& options, core::UtcTime now,
                                      core::Random& random);

/// The wallet in a backup's JSON. `password`: what opened the file; older wallets used it as BIP-39 passphrase too.
/// Code::invalid_input when it holds none, with words for the kinds that hold only single keys.
core::Result<Keyring> keyring_of_backup(std::string_view json, std::string_view password);

}  // namespace sigma::keyring
