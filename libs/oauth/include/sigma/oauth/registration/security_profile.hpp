#pragma once
#include "sigma/store/rows.hpp"

namespace sigma::oauth {

/// True for a client that proves itself with private_key_jwt, must push its requests and must bind its tokens: it is
/// registered for FAPI 2.0, so the profile's further rules hold for it (FAPI 2.0 Security Profile §5.3.2): PKCE and
/// redirect_uri in every request, and assertions that are made for the issuer and nobody else.
inline bool is_held_to_fapi(const store::Client& client) {
  return client.auth_method == "private_key_jwt" && client.metadata.value("dpop_bound_access_tokens", false) &&
         client.metadata.value("require_pushed_authorization_requests", false);
}

}  // namespace sigma::oauth
