#pragma once
#include <string>
#include <vector>

#include "sigma/core/json.hpp"
#include "sigma/oauth/settings.hpp"

namespace sigma::oauth {

/// The discovery document (OpenID Connect Discovery §3, RFC 8414 §2, contract §4): only what is really there.
core::Json discovery_document(const Settings& settings, const std::vector<std::string>& grant_types);

}  // namespace sigma::oauth
