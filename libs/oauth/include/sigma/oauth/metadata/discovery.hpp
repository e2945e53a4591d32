#pragma once
#include <string>
#include <vector>

#include "sigma/core/json.hpp"
#include "sigma/oauth/settings.hpp"

namespace sigma::oauth {

/// The discovery document (OpenID Connect Discovery §3, RFC 8414 §2, contract §4): only what is really there.
core::Json discovery_document(const Settings& settings, const std::vector<std::string>& grant_types);

/// Where userinfo's protection is described (RFC 9728 §3.1): for WWW-Authenticate.
std::string userinfo_resource_metadata(const Settings& settings);

/// What protects a resource of this server (RFC 9728 §2). `resource`: its identifier, a URL.
core::Json protected_resource_document(const Settings& settings, const std::string& resource);

}  // namespace sigma::oauth
