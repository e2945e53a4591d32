#pragma once
#include <optional>
#include <string>
#include <string_view>

namespace sigma::bitcoin {

/// Base58 of payload ‖ first 4 bytes of its double SHA-256.
std::string base58check_encode(std::string_view payload);
/// The payload; nothing on foreign characters, more than 128 characters, or a wrong checksum.
std::optional<std::string> base58check_decode(std::string_view text);

}  // namespace sigma::bitcoin
