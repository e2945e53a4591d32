#pragma once
#include <array>
#include <string_view>

namespace sigma::bitcoin {

using Bip39Words = std::array<std::string_view, 2048>;

/// Sorted; a word's index is its 11-bit value.
const Bip39Words& bip39_words();

}  // namespace sigma::bitcoin
