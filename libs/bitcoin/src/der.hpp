#pragma once
#include <optional>
#include <string_view>

#include "sigma/bitcoin/keys.hpp"

namespace sigma::bitcoin {

/// A low-s signature takes at most 71 bytes, any signature at most 72 (both integers with a leading zero).
inline constexpr std::size_t kMaxDerSize = 72;

/// Reads DER exactly as BIP-66 demands: short lengths, smallest integers, nothing negative, nothing behind.
std::optional<CompactSignature> parse_der(std::string_view der);

}  // namespace sigma::bitcoin
