#include "sigma/core/random.hpp"

namespace sigma::core {

std::string Random::text(std::size_t length, std::string_view alphabet) {
  // Bytes at or above the largest multiple of the alphabet's size are thrown away: no character is favoured.
  const unsigned limit = 256 - 256 % static_cast<unsigned>(alphabet.size());
  std::string out;
  out.reserve(length);
  std::uint8_t buffer[64];
  while (out.size() < length) {
    fill(buffer);
    for (const std::uint8_t byte : buffer) {
      if (out.size() == length) break;
      if (byte < limit) out.push_back(alphabet[byte % alphabet.size()]);
    }
  }
  return out;
}

std::string Random::bytes(std::size_t count) {
  std::string out(count, '\0');
  fill({reinterpret_cast<std::uint8_t*>(out.data()), out.size()});
  return out;
}

}  // namespace sigma::core
