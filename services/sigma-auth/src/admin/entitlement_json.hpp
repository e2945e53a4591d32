#pragma once
#include <optional>
#include <string>

#include "sigma/core/json.hpp"
#include "sigma/oauth/error.hpp"
#include "sigma/wallet/entitlement_book.hpp"
#include "wallets.hpp"

namespace sigma::service {

/// A person's roles and tier with what each comes from, for administrators: rule by rule what was found in which
/// wallet. `name`: the id of the user, or that of one of their identities. Nothing when there is nobody of that name.
core::Task<core::Result<std::optional<core::Json>>> explain_entitlements(store::Store& store, Wallets& wallets,
                                                                         std::string name);

}  // namespace sigma::service
