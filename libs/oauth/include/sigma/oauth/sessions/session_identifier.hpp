#pragma once
#include <string>

#include "sigma/store/ids.hpp"

namespace sigma::oauth {

/// The `sid` of ID tokens and logout tokens (OpenID Connect Back-Channel Logout §2.1): names a session to one client.
/// Another client gets another value for the same session, so two of them cannot tell that they serve one person, and
/// none of them learns our own id. 22 characters.
std::string session_identifier(const store::ClientId& client, const store::SessionId& session);

}  // namespace sigma::oauth
