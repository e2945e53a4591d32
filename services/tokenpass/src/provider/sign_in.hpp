#pragma once
#include <string>

#include "app.hpp"
#include "sigma/oauth/engine.hpp"

namespace sigma::tokenpass {

/// The wallet as the provider's authenticator: one of the person's identities (empty: the first) signs in with its
/// member key, as it would at any other server, and brings its name along. Each identity is a subject of its own. 401
/// code 1 while locked, 400 for an identity that is not in the wallet.
Task<Outcome<store::SessionWithUser>> sign_in(App& app, oauth::Engine& engine, std::string bap_id);

/// The provider's users that this wallet's identities are.
Task<Outcome<std::vector<store::User>>> users_of_wallet(App& app, oauth::Engine& engine);

}  // namespace sigma::tokenpass
