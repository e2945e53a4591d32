#include "sigma/keyring/backup_file.hpp"
#include "sigma/keyring/keyring.hpp"
#include "sigma/keyring/older_wallets.hpp"
#include "sigma/vault/sealed_vault.hpp"
#include "targets.hpp"

namespace sigma::fuzz {

SIGMA_FUZZ(vault_file) {
  promise(!vault::SealedVault::open(input, "not the password"), "no vault without its password");
}

// The inside of a .bep file. Outside it is base64 of a known length, then 600,000 rounds of PBKDF2: nothing to try
// often.
SIGMA_FUZZ(backup_json) {
  if (keyring::keyring_of_backup(input, "password")) reached();
}

SIGMA_FUZZ(keyring_text) {
  if (keyring::Keyring::deserialise(input)) reached();
}

SIGMA_FUZZ(nedb) {
  promise(keyring::read_nedb(input).size() <= keyring::kMaxDocuments, "a bearable number of documents");
}

}  // namespace sigma::fuzz
