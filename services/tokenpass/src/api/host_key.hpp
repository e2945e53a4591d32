#pragma once
#include "api/call.hpp"

namespace sigma::tokenpass {

/// The key of the token's host; its first use is remembered for the list of keys.
Outcome<bitcoin::PrivateKey> host_key_of(App& app, const Token& token);
/// The same, or the signing key of the identity that "bapId" in the body names. A page may only name the identity that
/// its token speaks for (403, code 7); others get 400 for one that is not ours.
Outcome<bitcoin::PrivateKey> signing_key_of(App& app, const Call& call, const Token& token);

}  // namespace sigma::tokenpass
