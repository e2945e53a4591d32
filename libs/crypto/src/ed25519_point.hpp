#pragma once
#include <string_view>

namespace sigma::crypto {

/// True when the 32 bytes are the canonical encoding (RFC 8032 §5.1.3) of a point that is not one of the eight of small
/// order. OpenSSL takes any 32 bytes for a key.
bool is_ed25519_point(std::string_view encoded);

}  // namespace sigma::crypto
