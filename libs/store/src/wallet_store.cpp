#include "sigma/store/wallet_store.hpp"

#include <set>

#include "row_statements.hpp"

namespace sigma::store {

using core::Task;

static void read_row(Columns columns, Wallet& wallet) {
  columns.read(wallet.address, wallet.pubkey, wallet.user_id, wallet.bap_id, wallet.provider, wallet.connection_method,
               wallet.is_primary, wallet.connected_at, wallet.last_verified);
}

static void read_row(Columns columns, Entitlements& entitlements) {
  columns.read(entitlements.user_id, entitlements.revision, entitlements.roles, entitlements.subscription_tier,
               entitlements.evidence, entitlements.complete, entitlements.evaluated_at);
}

namespace {

const std::string kColumns =
    "address, pubkey, user_id, bap_id, provider, connection_method, is_primary, connected_at, last_verified";

Result<void> withdraw_entitlements(Connection& connection, const UserId& user) {
  static const Query kWithdraw(
      "INSERT INTO entitlements (user_id, revision, roles, subscription_tier, evidence, complete) "
      "VALUES ($1, 1, '[]', 'free', '[]', TRUE) ON CONFLICT (user_id) DO UPDATE SET revision = entitlements.revision + "
      "1, evaluated_at = NULL");
  SIGMA_CHECK(change(connection, kWithdraw, {user}));
  return {};
}

Result<void> promote_oldest(Connection& connection, const UserId& user, const BapId& bap_id) {
  static const Query kPromote(
      "UPDATE wallets SET is_primary = TRUE WHERE address = (SELECT address FROM wallets WHERE user_id = $1 AND bap_id "
      "= $2 ORDER BY connected_at, address LIMIT 1) AND NOT EXISTS (SELECT 1 FROM wallets WHERE user_id = $1 AND "
      "bap_id = $2 AND is_primary)");
  SIGMA_CHECK(change(connection, kPromote, {user, bap_id}));
  return {};
}

const Query kBefore("SELECT " + kColumns + " FROM wallets WHERE address = $1");

/// Locks who connects a wallet and, for a take-over, who has it: in the order of their ids, as everybody does.
Result<std::set<UserId>> lock_owners(Connection& connection, const Wallet& wallet, bool take_over) {
  std::set<UserId> owners{wallet.user_id};
  if (take_over) {
    SIGMA_TRY(const auto before, find_one<Wallet>(connection, kBefore, {wallet.address}));
    if (before) owners.insert(before->user_id);
  }
  for (const UserId& owner : owners) SIGMA_CHECK(lock_user(connection, owner));
  return owners;
}

/// Nothing: the wallet came to somebody else while we looked.
Result<std::optional<WalletConnection>> try_connect(Connection& connection, const Wallet& wallet, std::int64_t max,
                                                    bool take_over) {
  static const Query kBeforeLocked("SELECT " + kColumns + " FROM wallets WHERE address = $1",
                                   "SELECT " + kColumns + " FROM wallets WHERE address = $1 FOR UPDATE");
  static const Query kCount("SELECT COUNT(*) FROM wallets WHERE user_id = $1");
  // $9: what is known of who has it, so that they are left in order. Who connected it only now is met at the next try.
  static const Query kPut(
      "INSERT INTO wallets (" + kColumns + ") VALUES ($1, $2, $3, $4, $5, $6, FALSE, $7, $8) " +
      "ON CONFLICT (address) DO UPDATE SET user_id = excluded.user_id, bap_id = excluded.bap_id, provider = "
      "excluded.provider, connection_method = excluded.connection_method, is_primary = (wallets.is_primary AND "
      "wallets.user_id = excluded.user_id AND wallets.bap_id = excluded.bap_id), connected_at = CASE WHEN "
      "wallets.user_id = excluded.user_id THEN wallets.connected_at ELSE excluded.connected_at END, last_verified = "
      "excluded.last_verified WHERE wallets.user_id = excluded.user_id OR $9");
  SIGMA_TRY(const auto locked, lock_owners(connection, wallet, take_over));
  SIGMA_TRY(const auto before, find_one<Wallet>(connection, kBeforeLocked, {wallet.address}));
  const bool own = before && before->user_id == wallet.user_id;
  if (before && !own && !take_over) return std::optional(WalletConnection::elsewhere);
  if (before && !locked.contains(before->user_id)) return std::optional<WalletConnection>{};
  if (!own) {
    SIGMA_TRY(const auto count, find_one<std::int64_t>(connection, kCount, {wallet.user_id}));
    if (*count >= max) return std::optional(WalletConnection::too_many);
  }
  SIGMA_TRY(const auto put,
            change(connection, kPut,
                   {wallet.address, wallet.pubkey, wallet.user_id, wallet.bap_id, wallet.provider,
                    wallet.connection_method, wallet.connected_at, wallet.last_verified, before.has_value()}));
  if (put == 0) return std::optional<WalletConnection>{};
  SIGMA_CHECK(promote_oldest(connection, wallet.user_id, wallet.bap_id));
  SIGMA_CHECK(withdraw_entitlements(connection, wallet.user_id));
  if (before) {
    SIGMA_CHECK(promote_oldest(connection, before->user_id, before->bap_id));
    if (!own) SIGMA_CHECK(withdraw_entitlements(connection, before->user_id));
  }
  return std::optional(WalletConnection::done);
}

Result<WalletConnection> connect_locked(Connection& connection, const Wallet& wallet, std::int64_t max,
                                        bool take_over) {
  for (int attempt = 0; attempt < 3; ++attempt) {
    SIGMA_TRY(const auto outcome, try_connect(connection, wallet, max, take_over));
    if (outcome) return *outcome;
  }
  return core::Error{core::Code::unavailable, "This wallet is being connected by others; try again."};
}

}  // namespace

Task<Result<WalletConnection>> WalletStore::connect(Wallet wallet, std::int64_t max, bool take_over) {
  WriteTraits traits{.key = wallet.user_id.str()};
  return db_.write(std::move(traits), [wallet = std::move(wallet), max, take_over](Connection& connection) {
    return connect_locked(connection, wallet, max, take_over);
  });
}

Task<Result<std::vector<Wallet>>> WalletStore::list(UserId user) {
  static const Query kList("SELECT " + kColumns +
                           " FROM wallets WHERE user_id = $1 ORDER BY is_primary DESC, connected_at, address");
  return db_.read(
      [user = std::move(user)](Connection& connection) { return find_all<Wallet>(connection, kList, {user}); });
}

Task<Result<bool>> WalletStore::disconnect(UserId user, BapId bap_id, std::string address) {
  static const Query kDelete("DELETE FROM wallets WHERE user_id = $1 AND bap_id = $2 AND address = $3");
  WriteTraits traits{.key = user.str()};
  return db_.write(std::move(traits),
                   [user = std::move(user), bap_id = std::move(bap_id),
                    address = std::move(address)](Connection& connection) -> Result<bool> {
                     SIGMA_CHECK(lock_user(connection, user));
                     SIGMA_TRY(const auto deleted, change(connection, kDelete, {user, bap_id, address}));
                     if (deleted == 0) return false;
                     SIGMA_CHECK(promote_oldest(connection, user, bap_id));
                     SIGMA_CHECK(withdraw_entitlements(connection, user));
                     return true;
                   });
}

Task<Result<bool>> WalletStore::set_primary(UserId user, BapId bap_id, std::string address) {
  static const Query kExists("SELECT 1 FROM wallets WHERE user_id = $1 AND bap_id = $2 AND address = $3");
  static const Query kSet("UPDATE wallets SET is_primary = (address = $3) WHERE user_id = $1 AND bap_id = $2");
  WriteTraits traits{.key = user.str()};
  return db_.write(std::move(traits),
                   [user = std::move(user), bap_id = std::move(bap_id),
                    address = std::move(address)](Connection& connection) -> Result<bool> {
                     SIGMA_CHECK(lock_user(connection, user));
                     SIGMA_TRY(const auto exists, change(connection, kExists, {user, bap_id, address}));
                     if (exists == 0) return false;
                     SIGMA_CHECK(change(connection, kSet, {user, bap_id, address}));
                     return true;
                   });
}

Task<Result<std::optional<Entitlements>>> EntitlementStore::find(UserId user) {
  static const Query kFind(
      "SELECT user_id, revision, roles, subscription_tier, evidence, complete, evaluated_at FROM entitlements WHERE "
      "user_id = $1");
  return db_.read(
      [user = std::move(user)](Connection& connection) { return find_one<Entitlements>(connection, kFind, {user}); });
}

Task<Result<bool>> EntitlementStore::save(Entitlements entitlements) {
  static const Query kSave(
      "UPDATE entitlements SET revision = revision + 1, roles = $3, subscription_tier = $4, evidence = $5, complete = "
      "$6, evaluated_at = $7 WHERE user_id = $1 AND revision = $2");
  WriteTraits traits{.key = entitlements.user_id.str(), .single_statement = true};
  return db_.write(std::move(traits), [entitlements = std::move(entitlements)](Connection& connection) -> Result<bool> {
    SIGMA_TRY(const auto saved, change(connection, kSave,
                                       {entitlements.user_id, entitlements.revision, json_text(entitlements.roles),
                                        entitlements.subscription_tier, json_text(entitlements.evidence),
                                        entitlements.complete, entitlements.evaluated_at}));
    return saved > 0;
  });
}

}  // namespace sigma::store
