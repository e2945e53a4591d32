// Small text helpers that several files of this library share.
#pragma once
#include <optional>
#include <string>
#include <string_view>

namespace sigma::http {

/// ASCII comparison without case.
bool iequals(std::string_view a, std::string_view b);
/// Without leading and trailing blanks and tabs (OWS, RFC 9110 §5.6.3).
std::string_view trim(std::string_view text);
/// RFC 9110 §5.6.2 `token`: one or more of the characters a field name or a method may hold.
bool is_token(std::string_view text);
/// Takes the part of `rest` before the next `separator` off its front.
std::string_view take_until(std::string_view& rest, char separator);

}  // namespace sigma::http
