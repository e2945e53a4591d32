#include "tweaked_verify.hpp"

#include <algorithm>

#include "curve.hpp"

namespace sigma::bitcoin {

bool verify_tweaked(const PublicKey& base, const Hash256& tweak, const Hash256& digest,
                    const CompactSignature& signature) {
  const auto* context = Curve::context();
  Hash256 r{};
  std::copy_n(signature.begin(), r.size(), r.begin());
  Hash256 shifted = tweak;
  // z + r·tweak mod n. These calls refuse zero and numbers from n up, which honest and forged input meet with
  // probability 2⁻¹²⁷, as all three are hashes or checked anyway; then the long way answers.
  if (secp256k1_ec_seckey_tweak_mul(context, shifted.data(), r.data()) != 1 ||
      secp256k1_ec_seckey_tweak_add(context, shifted.data(), digest.data()) != 1) {
    const auto child = base.plus(tweak);
    return child && child->verify(digest, crypto::view(signature));
  }
  return base.verify(shifted, crypto::view(signature));
}

}  // namespace sigma::bitcoin
