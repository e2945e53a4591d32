#pragma once
#include "sigma/core/json.hpp"
#include "sigma/core/task.hpp"
#include "sigma/store/store.hpp"
#include "sigma/store/wallet_store.hpp"

namespace sigma::service {

/// Where the parts of an account are kept.
struct AccountRows {
  store::Store& store;
  store::WalletStore& wallets;
  store::EntitlementStore& entitlements;
};

/// A wallet for people and scripts who administer the server.
core::Json render_wallet(const store::Wallet& wallet);

/// render_account() with all that belongs to the person here: the versions of each identity's "backups", "wallets", and
/// "entitlements", what was last found out about these (null: nothing since they came or went). Asks nobody but the
/// store; explain_entitlements() says why. Nothing when unknown.
core::Task<store::Found<core::Json>> view_account(AccountRows rows, const core::Clock& clock, store::UserId id);

}  // namespace sigma::service
