// Deterministic collaborators for tests.
#pragma once
#include <random>

#include "sigma/core/clock.hpp"
#include "sigma/core/random.hpp"

namespace sigma::core::testing {

class FixedClock final : public Clock {
 public:
  explicit FixedClock(UtcTime now = {1'770'000'000'000}) : now_(now) {}
  UtcTime now() const override { return {now_.ms}; }
  void set(UtcTime now) { now_ = now; }
  void advance(Milliseconds by) { now_ = now_ + by; }

 private:
  UtcTime now_;
};

class SeededRandom final : public Random {
 public:
  explicit SeededRandom(std::uint64_t seed = 1) : engine_(seed) {}
  void fill(std::span<std::uint8_t> out) override {
    for (auto& byte : out) byte = static_cast<std::uint8_t>(engine_());
  }

 private:
  std::mt19937_64 engine_;
};

}  // namespace sigma::core::testing
