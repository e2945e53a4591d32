#pragma once
#include <optional>
#include <string>
#include <string_view>

#include "sigma/core/random.hpp"

namespace sigma::oauth {

/// What people type: eight of 32 letters and digits that are not mistaken for each other (2^40 codes; RFC 8628 §6.1).
inline constexpr std::string_view kUserCodeAlphabet = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789";
inline constexpr std::size_t kUserCodeLength = 8;

std::string make_user_code(core::Random& random);
/// "ABCD2345" as "ABCD-2345".
std::string show_user_code(std::string_view canonical);
/// What was typed, with or without dashes, blanks and capitals, as eight characters of the alphabet; nothing when it
/// cannot be a code.
std::optional<std::string> canonical_user_code(std::string_view typed);

}  // namespace sigma::oauth
