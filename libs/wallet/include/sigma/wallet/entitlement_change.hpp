#pragma once
#include <optional>

#include "sigma/oauth/audit/audit.hpp"
#include "sigma/store/wallet_rows.hpp"

namespace sigma::wallet {

/// What the audit log is told when a person's roles or tier are others than before; nothing when they are not. `detail`
/// has "roles_before", "roles", "tier_before", "tier", "complete" (false: some wallet could not be read) and "because",
/// the rules whose verdict has turned: {"rule", "role"?, "tier"?, "token"|"collection", "granted", "needs",
/// "found_before", "found", "wallets": [{"address", "found_before", "found", "error"?}]} with the wallets in which
/// something has changed. null stands for a rule, or a wallet, that was not there, or is not any more. Pure.
std::optional<oauth::AuditEvent> entitlement_change(const store::Entitlements& before,
                                                    const store::Entitlements& after);

}  // namespace sigma::wallet
