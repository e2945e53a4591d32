#pragma once
#include <optional>
#include <string>

#include "sigma/core/json.hpp"
#include "sigma/core/result.hpp"
#include "sigma/core/task.hpp"
#include "sigma/store/database.hpp"
#include "sigma/store/ids.hpp"
#include "sigma/store/rows.hpp"

namespace sigma::store {

/// A key that speaks, or has spoken, for an identity whose id does not derive from it: what the chain last said.
struct ChainKey {
  std::string address;
  BapId bap_id;
  core::Json identity;  ///< idKey, rootAddress, currentAddress, addresses
  UtcTime checked_at;
  std::optional<UtcTime> named_at;  ///< its holder first signed in with it for this identity
  bool operator==(const ChainKey&) const = default;
};

/// What is known from the chain, for the time when nobody can be asked.
class ChainKeyStore {
 public:
  explicit ChainKeyStore(Database& db) : db_(db) {}
  core::Task<core::Result<std::optional<ChainKey>>> find(std::string address);
  /// Inserts or replaces; `named_at` stays as it is kept, unless the key speaks for another identity now.
  core::Task<core::Result<void>> save(ChainKey key);
  /// Remembers that the key's holder has signed in with it for the identity.
  core::Task<core::Result<void>> name(std::string address, BapId bap_id, UtcTime now);
  /// Replaces the profile of an identity that is known here; updated_at moves only when it says something else now.
  /// False when the identity is unknown or nothing has changed.
  core::Task<core::Result<bool>> refresh_profile(BapId bap_id, core::Json profile, UtcTime now);

 private:
  Database& db_;
};

}  // namespace sigma::store
