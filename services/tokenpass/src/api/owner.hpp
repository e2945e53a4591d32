// What people tell about themselves, checked the same way wherever it comes in.
#pragma once
#include "api/call.hpp"

namespace sigma::tokenpass {

inline constexpr std::size_t kMaxName = 100;  ///< characters

/// displayName (at most 100 characters), paymail (e-mail syntax), logo (http(s) URL or data URI): 400 otherwise.
Outcome<Owner> parse_owner(const core::Json& body);

/// {"bapId","identities","identityCount","currentPath","hasMnemonic"} of the unlocked wallet; {} while locked.
core::Json wallet_summary(App& app);
/// The attribute of an identity that was made for one site: its host.
inline constexpr std::string_view kGuestFor = "guestFor";
/// {"idKey","name","rootAddress","counter"}, and "guestFor" of a guest
core::Json identity_summary(const keyring::Identity& identity);

}  // namespace sigma::tokenpass
