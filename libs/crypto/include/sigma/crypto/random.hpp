#pragma once
#include "sigma/core/random.hpp"

namespace sigma::crypto {

/// The operating system's entropy through OpenSSL's generator. Thread-safe. A generator that fails ends the process:
/// a server that cannot make unpredictable values must not go on.
class SystemRandom final : public core::Random {
 public:
  void fill(std::span<std::uint8_t> out) override;
};

}  // namespace sigma::crypto
