// Digests and MACs. Fixed-size results, no allocation; safe from any thread.
#pragma once
#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace sigma::crypto {

using Hash256 = std::array<std::uint8_t, 32>;
using Hash160 = std::array<std::uint8_t, 20>;
using Hash512 = std::array<std::uint8_t, 64>;

Hash256 sha256(std::string_view data);
/// SHA-256 of SHA-256, Bitcoin's checksum and message digest.
Hash256 sha256d(std::string_view data);
Hash512 sha512(std::string_view data);
Hash160 ripemd160(std::string_view data);
/// RIPEMD-160 of SHA-256, Bitcoin's address digest.
Hash160 hash160(std::string_view data);
Hash256 hmac_sha256(std::string_view key, std::string_view data);
Hash512 hmac_sha512(std::string_view key, std::string_view data);

/// The bytes of an array (or span of bytes) as a string_view / string.
template <std::size_t N>
std::string_view view(const std::array<std::uint8_t, N>& bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), N};
}
template <std::size_t N>
std::string to_string(const std::array<std::uint8_t, N>& bytes) {
  return std::string(view(bytes));
}

/// Compares without telling by time where the inputs differ; false at once only when the lengths differ.
bool constant_time_equal(std::string_view a, std::string_view b);

}  // namespace sigma::crypto
