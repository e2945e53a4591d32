#include "sigma/crypto/random.hpp"

#include <openssl/rand.h>

#include "evp.hpp"

namespace sigma::crypto {

void SystemRandom::fill(std::span<std::uint8_t> out) {
  constexpr std::size_t kMaxCall = 1u << 30;  // RAND_bytes counts in int
  while (!out.empty()) {
    const auto part = out.first(std::min(out.size(), kMaxCall));
    if (RAND_bytes(part.data(), static_cast<int>(part.size())) != 1) die("random generator");
    out = out.subspan(part.size());
  }
}

}  // namespace sigma::crypto
