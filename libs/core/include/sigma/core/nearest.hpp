#pragma once
#include <span>
#include <string_view>

namespace sigma::core {

/// The candidate that a person most likely meant by `text`: smallest edit distance, at most a third of the longer name.
/// Empty when none is that near. For messages about unknown names.
std::string_view nearest_name(std::string_view text, std::span<const std::string_view> candidates);

}  // namespace sigma::core
