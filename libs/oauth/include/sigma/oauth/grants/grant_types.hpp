#pragma once
#include <array>
#include <string_view>

#include "sigma/oauth/grants/device_code.hpp"
#include "sigma/oauth/grants/token_exchange.hpp"

namespace sigma::oauth {

/// Every value of grant_type that the engine has a grant for, in the order in which they are offered: what clients can
/// be registered for, and what the OpenAPI document names. A contract test holds it against
/// TokenEndpoint::grant_types().
inline constexpr std::array<std::string_view, 5> kGrantTypes{
    "authorization_code", "refresh_token", "client_credentials", kDeviceCodeGrant, kTokenExchangeGrant};

}  // namespace sigma::oauth
