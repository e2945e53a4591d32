#pragma once
#include <string_view>

#include "sigma/core/result.hpp"

namespace sigma::oauth {

/// What a URI must be to be registered for redirects (contract §2, security cases 1–3, RFC 9700 §4.1, RFC 8252 §7).
struct RedirectUriRules {
  bool native = false;               ///< application_type native: private-use schemes and http to loopback literals
  bool allow_http_loopback = false;  ///< http://localhost, 127.0.0.1, [::1] also for web clients: for development
  bool native_localhost = false;     ///< native: http to localhost by name as well (OpenID Connect Registration §2)
};

inline constexpr std::size_t kMaxRedirectUri = 2'000;

/// An absolute URI without fragment, user info, wildcard and dot segments; https, or what the rules add. The error's
/// description completes "redirect_uris[0] …": "must not hold a fragment (#)."
core::Result<void> check_redirect_uri(std::string_view uri, RedirectUriRules rules);

}  // namespace sigma::oauth
