#pragma once
#include <charconv>
#include <concepts>
#include <optional>
#include <string_view>

namespace sigma::core {

/// The whole number that `text` is: decimal digits, a minus before them where T has a sign, and nothing else. Nothing
/// for an empty text, a plus, blanks, and what T cannot hold.
template <std::integral T>
std::optional<T> parse_number(std::string_view text) {
  T value{};
  const char* const end = text.data() + text.size();
  const auto [stopped, error] = std::from_chars(text.data(), end, value);
  if (error != std::errc{} || stopped != end) return std::nullopt;
  return value;
}

}  // namespace sigma::core
