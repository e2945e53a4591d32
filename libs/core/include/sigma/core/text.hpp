#pragma once
#include <string_view>

namespace sigma::core {

/// What stands around the content of a file that people copied by hand.
inline constexpr std::string_view kBlanksAndLineEnds = " \t\r\n";

/// Without the `blanks` before and after it; unless told, spaces and tabs (OWS, RFC 9110 §5.6.3).
constexpr std::string_view trim(std::string_view text, std::string_view blanks = " \t") {
  const auto first = text.find_first_not_of(blanks);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(blanks) - first + 1);
}

/// Takes the part of `rest` before the next `separator` off its front, and the separator with it; all of `rest` where
/// there is none.
constexpr std::string_view take_until(std::string_view& rest, char separator) {
  const auto end = rest.find(separator);
  const std::string_view part = rest.substr(0, end);
  rest.remove_prefix(end == std::string_view::npos ? rest.size() : end + 1);
  return part;
}

}  // namespace sigma::core
