#pragma once
#include <optional>
#include <string>
#include <vector>

#include "sigma/core/result.hpp"
#include "sigma/core/task.hpp"
#include "sigma/store/database.hpp"
#include "sigma/store/wallet_rows.hpp"

namespace sigma::store {

enum class WalletConnection {
  done,
  elsewhere,  ///< another person has connected this address
  too_many,   ///< the person has `max` wallets already
};

/// Connected wallets. Each change withdraws, in the same commit, what was worked out from the wallets before.
class WalletStore {
 public:
  explicit WalletStore(Database& db) : db_(db) {}
  /// Inserts, or refreshes what the same person had connected before; the first of an identity becomes its primary
  /// one. `take_over`: also from another person, who then has it no more. `wallet.is_primary` is ignored.
  core::Task<core::Result<WalletConnection>> connect(Wallet wallet, std::int64_t max, bool take_over);
  /// Primary ones first, then oldest first.
  core::Task<core::Result<std::vector<Wallet>>> list(UserId user);
  /// False when that identity has no such wallet. After the primary one the oldest takes its place.
  core::Task<core::Result<bool>> disconnect(UserId user, BapId bap_id, std::string address);
  core::Task<core::Result<bool>> set_primary(UserId user, BapId bap_id, std::string address);

 private:
  Database& db_;
};

/// What was worked out from wallets.
class EntitlementStore {
 public:
  explicit EntitlementStore(Database& db) : db_(db) {}
  /// Nothing for who never had a wallet.
  core::Task<core::Result<std::optional<Entitlements>>> find(UserId user);
  /// Replaces what was known in `entitlements.revision`; false when wallets have come or gone since, or somebody else
  /// has replaced it.
  core::Task<core::Result<bool>> save(Entitlements entitlements);

 private:
  Database& db_;
};

}  // namespace sigma::store
