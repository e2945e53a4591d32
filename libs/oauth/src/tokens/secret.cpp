#include "sigma/oauth/tokens/secret.hpp"

#include "sigma/crypto/digest.hpp"

namespace sigma::oauth {

store::SecretHash hash_secret(std::string_view secret) {
  return store::SecretHash{crypto::to_string(crypto::sha256(secret))};
}

std::string make_bearer_secret(core::Random& random) {
  return random.text(kBearerSecretLength, core::kLettersAndDigits);
}
std::string make_session_secret(core::Random& random) {
  return random.text(32, core::kLettersAndDigits);
}

}  // namespace sigma::oauth
