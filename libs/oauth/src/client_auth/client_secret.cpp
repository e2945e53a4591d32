#include "sigma/oauth/client_auth/client_secret.hpp"

#include "sigma/crypto/digest.hpp"
#include "sigma/oauth/tokens/secret.hpp"

namespace sigma::oauth {

bool secret_matches(const std::vector<store::ClientSecret>& known, std::string_view given, core::UtcTime now) {
  const store::SecretHash hash = hash_secret(given);
  bool matched = false;
  for (const auto& secret : known) {
    const bool live = !secret.expires_at || now < *secret.expires_at;
    matched = (crypto::constant_time_equal(hash.str(), secret.hash.str()) && live) || matched;
  }
  return matched;
}

const std::vector<store::ClientSecret>& secrets_of_nobody() {
  static const std::vector<store::ClientSecret> secrets = {{store::SecretHash{std::string(32, '\0')}, {}, {}}};
  return secrets;
}

}  // namespace sigma::oauth
