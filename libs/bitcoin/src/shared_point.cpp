#include <secp256k1_ecdh.h>

#include <cstdlib>
#include <cstring>

#include "curve.hpp"

namespace sigma::bitcoin {
namespace {

/// "Hash function" for secp256k1_ecdh that hands out the point itself (uncompressed, so that reading it needs no root).
int whole_point(unsigned char* output, const unsigned char* x32, const unsigned char* y32, void*) {
  output[0] = 4;
  std::memcpy(output + 1, x32, 32);
  std::memcpy(output + 33, y32, 32);
  return 1;
}

}  // namespace

PublicKey PrivateKey::shared_point(const PublicKey& other) const {
  const auto* context = Curve::context();
  const auto point = Curve::unwrap(other);
  std::array<unsigned char, 65> bytes{};
  secp256k1_pubkey product;
  // Neither can fail: the scalar is not zero, the point is not infinity, and the order is prime.
  if (secp256k1_ecdh(context, bytes.data(), &point, scalar_.data(), &whole_point, nullptr) != 1 ||
      secp256k1_ec_pubkey_parse(context, &product, bytes.data(), bytes.size()) != 1)
    std::abort();
  explicit_bzero(bytes.data(), bytes.size());
  return Curve::wrap(product);
}

}  // namespace sigma::bitcoin
