// The members of a JWK, shared by both kinds of key.
#pragma once
#include <string>
#include <string_view>

#include "sigma/core/json.hpp"
#include "sigma/crypto/asymmetric.hpp"
#include "sigma/jose/algorithm.hpp"

namespace sigma::jose {

/// How an algorithm's keys look as a JWK, and which scheme of crypto it is.
struct Family {
  std::string_view kty;
  std::string_view crv;  ///< empty for RSA
};
Family family(Algorithm algorithm);

/// Only for algorithms of crypto, that is all but ES256K.
crypto::SignatureScheme scheme(Algorithm algorithm);

core::Error bad_jwk(std::string_view why);

}  // namespace sigma::jose
