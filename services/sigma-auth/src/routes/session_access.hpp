// Sessions where more than looking them up is asked for; routes/session_cookie.hpp has the rest.
#pragma once
#include "routes/session_cookie.hpp"

namespace sigma::service {

/// Renews the session of a cookie when that is due; then set the cookie anew too, for one without the other would let a
/// browser forget a session that lives. True when it did. A bare token's session is renewed by find_session().
core::Task<oauth::Result<bool>> renew_by_cookie(App& app, const http::Request& request, store::Session& session);

/// require_session() of wallets and subscription: a device's access token will do (contract §5).
core::Task<oauth::Result<store::SessionWithUser>> require_session_or_token(App& app, const http::Request& request);

/// Ends what find_session_or_token() answered: the session, or the token of a device with those that it was refreshed
/// from and would be refreshed to.
core::Task<oauth::Result<void>> end_session_or_token(App& app, const http::Request& request,
                                                     store::SessionWithUser session);

}  // namespace sigma::service
