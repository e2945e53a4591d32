#include "curve.hpp"

#include <sys/random.h>

#include <cstdlib>
#include <cstring>

namespace sigma::bitcoin {
namespace {

const secp256k1_context* make_context() {
  secp256k1_context* context = secp256k1_context_create(SECP256K1_CONTEXT_NONE);
  std::array<unsigned char, 32> seed{};
  // Without randomness no key of this process can be trusted; there is nothing to fall back to.
  if (getentropy(seed.data(), seed.size()) != 0 || secp256k1_context_randomize(context, seed.data()) != 1) std::abort();
  explicit_bzero(seed.data(), seed.size());
  return context;
}

}  // namespace

const secp256k1_context* Curve::context() {
  static const secp256k1_context* const context = make_context();
  return context;
}

PublicKey Curve::wrap(const secp256k1_pubkey& point) {
  PublicKey key;
  static_assert(sizeof(point.data) == sizeof(key.point_));
  std::memcpy(key.point_.data(), point.data, sizeof(point.data));
  std::size_t size = key.compressed_.size();
  secp256k1_ec_pubkey_serialize(context(), key.compressed_.data(), &size, &point, SECP256K1_EC_COMPRESSED);
  return key;
}

secp256k1_pubkey Curve::unwrap(const PublicKey& key) {
  secp256k1_pubkey point;
  std::memcpy(point.data, key.point_.data(), sizeof(point.data));
  return point;
}

core::Result<PublicKey> Curve::parse(std::string_view bytes) {
  secp256k1_pubkey point;
  if (secp256k1_ec_pubkey_parse(context(), &point, octets(bytes), bytes.size()) != 1)
    return core::Error{core::Code::invalid_input, "The public key is not a point of the secp256k1 curve."};
  return wrap(point);
}

}  // namespace sigma::bitcoin
