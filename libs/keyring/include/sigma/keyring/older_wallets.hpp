// What earlier versions left in ~/.tokenpass. Read only: nothing here writes these formats, except .bep backups
// (backup_file.hpp).
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "sigma/core/json.hpp"
#include "sigma/keyring/keyring.hpp"

namespace sigma::keyring {

/// The documents of an NeDB file, in the order in which they first appeared: one JSON object a line, the last line for
/// an
/// "_id" wins, {"$$deleted":true} removes. Broken lines are skipped, as NeDB does. At most kMaxDocuments.
std::vector<core::Json> read_nedb(std::string_view text);
inline constexpr std::size_t kMaxDocuments = 10'000;

/// The wallet of a seed.db of the first generation (AES-256-CBC under SHA-256 of the password) or the second (a .bep
/// string; the password as given, then its hex SHA-256, which the old dashboard sent instead). Up to 1 s of PBKDF2.
/// Code::unauthorized when no password fits, Code::invalid_input when the file holds no seed.
core::Result<Keyring> open_seed_db(std::string_view text, std::string_view password);

/// Any file that may hold a wallet: .bep, the same as plain JSON, or seed.db. Errors as the reader that fits.
core::Result<Keyring> open_wallet_file(std::string_view text, std::string_view password);

/// Rows of keys.db: the path that the key of each host must keep. Returns the hosts whose recorded public key is not
/// what `keyring` derives at that path: rows of another wallet, or written by the third generation before its first
/// login, which changed every key once.
std::vector<std::string> take_host_paths(Keyring& keyring, std::string_view keys_db);

}  // namespace sigma::keyring
