#pragma once
#include "sigma/bitcoin/keys.hpp"

namespace sigma::bitcoin {

/// True if `signature` (low s) over `digest` was made by the private key of `base` + `tweak`·G, without computing that
/// point. ECDSA compares r with the x of (z·G + r·(base + tweak·G)) / s, which is ((z + r·tweak)·G + r·base) / s: the
/// check of another digest under `base` itself. Saves a third of the work of base.plus(tweak)->verify(…).
bool verify_tweaked(const PublicKey& base, const Hash256& tweak, const Hash256& digest,
                    const CompactSignature& signature);

}  // namespace sigma::bitcoin
