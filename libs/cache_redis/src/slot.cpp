#include "topology.hpp"

namespace sigma::cache_redis {
namespace {

std::uint16_t crc16(std::string_view bytes) {
  std::uint16_t crc = 0;
  for (const char byte : bytes) {
    crc = static_cast<std::uint16_t>(crc ^ (static_cast<std::uint8_t>(byte) << 8));
    for (int bit = 0; bit < 8; ++bit)
      crc = static_cast<std::uint16_t>((crc & 0x8000) != 0 ? (crc << 1) ^ 0x1021 : crc << 1);
  }
  return crc;
}

}  // namespace

std::uint16_t slot_of(std::string_view key) {
  if (const std::size_t begin = key.find('{'); begin != std::string_view::npos) {
    const std::size_t end = key.find('}', begin + 1);
    if (end != std::string_view::npos && end > begin + 1) key = key.substr(begin + 1, end - begin - 1);
  }
  return crc16(key) % 16'384;
}

}  // namespace sigma::cache_redis
