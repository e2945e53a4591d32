#pragma once
#include "api/call.hpp"

namespace sigma::tokenpass {

/// The key of the token's host; its first use is remembered for the list of keys.
Outcome<bitcoin::PrivateKey> host_key_of(App& app, const Token& token);
/// The same, or the signing key of the identity `bap_id` when the request names one: 400 for one that is not ours.
Outcome<bitcoin::PrivateKey> signing_key_of(App& app, const Token& token, const std::optional<std::string>& bap_id);

}  // namespace sigma::tokenpass
