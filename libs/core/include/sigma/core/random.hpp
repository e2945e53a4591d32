#pragma once
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace sigma::core {

/// Source of unpredictable bytes. The real one is crypto::SystemRandom.
class Random {
 public:
  virtual ~Random() = default;
  virtual void fill(std::span<std::uint8_t> out) = 0;

  /// `length` characters drawn uniformly from `alphabet` (2 to 256 characters, no modulo bias).
  std::string text(std::size_t length, std::string_view alphabet);
  std::string bytes(std::size_t count);
};

inline constexpr std::string_view kLettersAndDigits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
inline constexpr std::string_view kLetters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

}  // namespace sigma::core
