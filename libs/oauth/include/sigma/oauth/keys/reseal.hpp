#pragma once
#include "sigma/core/random.hpp"
#include "sigma/crypto/sealer.hpp"
#include "sigma/store/sealed_values.hpp"

namespace sigma::oauth {

struct Resealed {
  std::size_t changed = 0;  ///< sealed by an older secret before
  std::size_t current = 0;  ///< sealed by the first secret already
};

/// Seals with the first secret what an older one has sealed, so that the older one can be dropped. May run beside
/// servers that know both, and again. Code::unauthorized, naming the value, when none of the secrets opens it.
core::Task<core::Result<Resealed>> reseal(store::SealedValues& values, const crypto::Sealer& sealer,
                                          core::Random& random);

}  // namespace sigma::oauth
