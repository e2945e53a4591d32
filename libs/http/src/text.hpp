// Small text helpers that several files of this library share.
#pragma once
#include <optional>
#include <string>
#include <string_view>

namespace sigma::http {

/// ASCII comparison without case.
bool iequals(std::string_view a, std::string_view b);
/// RFC 9110 §5.6.2 `token`: one or more of the characters a field name or a method may hold.
bool is_token(std::string_view text);

}  // namespace sigma::http
