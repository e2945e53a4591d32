// What shows that it is the person, and not somebody at their open browser or with their session's token.
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "sigma/core/clock.hpp"
#include "sigma/core/task.hpp"
#include "sigma/oauth/client_auth/x_auth_token.hpp"
#include "sigma/oauth/error.hpp"
#include "sigma/store/store.hpp"

namespace sigma::oauth {

/// Signed in less than a day ago, as better-auth counts it (contract §6).
bool is_fresh(const store::Session& session, core::UtcTime now);

/// Whether a key of the account signs the path and the exact body; false without a token. Errors: those of the token;
/// bap_ownership_failed when the key is somebody else's.
core::Task<Result<bool>> is_signed_by(store::UserStore& users, XAuthTokenVerifier& verifier, store::UserId account,
                                      std::vector<std::string> tokens, std::string_view path, std::string body);

}  // namespace sigma::oauth
