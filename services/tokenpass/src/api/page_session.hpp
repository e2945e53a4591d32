#pragma once
#include "api/call.hpp"

namespace sigma::tokenpass {

/// The header in which our own pages show that they were given the password since the wallet was unlocked.
inline constexpr std::string_view kPageSessionHeader = "x-tokenpass-session";

/// {"success":true}, for a page of ours that showed the password with a "session", and with what its "browser" shows
/// from now on. On the worker, where wallets change:
/// so that a session is never that of another wallet.
core::Json start_page_session(App& app, const Caller& caller);

/// 401 unless one of our pages asks and shows a live session.
Outcome<void> require_page_session(const App& app, const Call& call);

}  // namespace sigma::tokenpass
