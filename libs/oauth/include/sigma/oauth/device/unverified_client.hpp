// Clients that nobody registered (contract §13.2): with allow_unregistered_device_clients a free name may use the
// device flow. A person's approval makes the name a row, so that the operator sees and can disable it.
#pragma once
#include <string_view>

#include "sigma/core/clock.hpp"
#include "sigma/store/rows.hpp"

namespace sigma::oauth {

/// The member of its metadata that marks such a client.
inline constexpr std::string_view kUnverifiedMark = "unverified";

/// 1 to 64 letters, digits, dots, dashes and underscores.
bool may_be_unverified(std::string_view client_id);
/// A public client with nothing but the device flow, marked in its metadata.
store::Client unverified_client(store::ClientId id, core::UtcTime now);
bool is_unverified(const store::Client& client);

}  // namespace sigma::oauth
