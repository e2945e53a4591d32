#pragma once
#include <optional>
#include <string>

#include "sigma/core/clock.hpp"
#include "sigma/jose/key_set.hpp"
#include "sigma/oauth/error.hpp"
#include "sigma/store/ids.hpp"

namespace sigma::oauth {

/// What an ID token of ours says about whom it was made for.
struct IdTokenHint {
  store::ClientId client_id;       ///< its audience
  std::string sub;                 ///< as that client knows the person
  std::optional<std::string> sid;  ///< session_identifier() for that client
};

/// Reads an `id_token_hint`: an ID token that this server signed with a key it still publishes. It may have expired
/// (OpenID Connect RP-Initiated Logout §2); access and logout tokens are no hints. invalid_request with the reason.
Result<IdTokenHint> verify_id_token_hint(std::string_view hint, const jose::KeySet& keys, const std::string& issuer,
                                         core::UtcTime now);

}  // namespace sigma::oauth
