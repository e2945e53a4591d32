#include "security_picture.hpp"

namespace sigma::tokenpass {
namespace {

constexpr int kColours = 9;
constexpr int kSquares = 25;
constexpr int kDrawnBits = 15;  // the rest is their mirror image

/// JavaScript's (hash ^ c) * -5 >>> 2: exclusive or in 32 bits with sign, product in doubles (exact here).
std::uint32_t simple_hash(std::string_view text) {
  std::int64_t hash = 5;
  for (const unsigned char c : text) {
    hash = static_cast<std::int64_t>(static_cast<std::int32_t>(static_cast<std::uint32_t>(hash)) ^ c) * -5;
  }
  return static_cast<std::uint32_t>(hash) >> 2;
}

}  // namespace

std::string security_picture(std::string_view seed) {
  const std::uint32_t hash = simple_hash(seed);
  std::string svg =
      fmt::format(R"svg(<svg viewBox="-1.5 -1.5 8 8" xmlns="http://www.w3.org/2000/svg" fill="hsl({} 95% 45%)">)svg",
                  hash % kColours * (360 / kColours));
  for (int square = 0; square < (seed.empty() ? 0 : kSquares); ++square) {
    if ((hash & (1u << (square % kDrawnBits))) == 0) continue;
    const int column = square / 5;
    svg += fmt::format(R"(<rect x="{}" y="{}" width="1" height="1"/>)", square >= kDrawnBits ? 7 - column : column,
                       square % 5);
  }
  return svg + "</svg>";
}

}  // namespace sigma::tokenpass
