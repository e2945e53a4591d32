#include "sigma/oauth/client_auth/client_assertion.hpp"

#include "sigma/crypto/digest.hpp"
#include "sigma/jose/claims.hpp"
#include "sigma/jose/jwt.hpp"
#include "sigma/jose/key_set.hpp"

namespace sigma::oauth {
namespace {

constexpr core::Milliseconds kMaxLifetime = std::chrono::minutes{10};
constexpr core::Milliseconds kLeeway = std::chrono::seconds{30};
constexpr std::size_t kMaxJti = 256;

Error refused(const std::string& description) {
  return {ErrorCode::invalid_client, "client_assertion: " + description};
}

}  // namespace

std::string client_id_of_assertion(std::string_view assertion) {
  const auto jwt = jose::decode_jwt(assertion);
  return jwt ? core::json_string(jwt->claims, "sub").value_or("") : "";
}

core::Task<Result<void>> ClientAssertionVerifier::verify(const store::Client& client, std::string assertion,
                                                         std::string path) {
  const auto registered = client.metadata.find("jwks");
  if (registered == client.metadata.end()) co_return refused("the client has registered no keys (jwks).");
  const auto keys = jose::JwkSet::parse(*registered);
  if (!keys) co_return refused(keys.error().description());

  jose::VerifyOptions options;
  options.algorithms = {jose::Algorithm::RS256, jose::Algorithm::PS256, jose::Algorithm::ES256, jose::Algorithm::EdDSA,
                        jose::Algorithm::ES256K};
  options.types = {"JWT", "client-authentication+jwt"};
  options.typ_may_be_missing = true;
  const auto find_key = [&keys](const std::optional<std::string>& kid, jose::Algorithm algorithm) {
    return keys->find(kid, algorithm);
  };
  const auto jwt = jose::verify_jwt(assertion, find_key, options);
  if (!jwt) co_return refused(jwt.error().description());

  jose::ClaimExpectations expected;
  expected.issuer = client.id.str();
  expected.audiences = {settings_.issuer, settings_.base_url + std::string(kTokenPath), settings_.base_url + path};
  expected.single_audience = true;
  expected.iat_may_be_missing = true;
  expected.max_lifetime = kMaxLifetime;
  expected.required = {"sub", "jti"};
  const core::UtcTime now = clock_.now();
  if (const auto checked = jose::check_claims(jwt->claims, expected, now, kLeeway); !checked)
    co_return refused(checked.error().description());
  if (core::json_string(jwt->claims, "sub") != client.id.str())
    co_return refused("sub must be the client_id, as iss is.");
  const std::string jti = *core::json_string(jwt->claims, "jti");
  if (jti.size() > kMaxJti) co_return refused("jti is too long; 256 bytes are enough.");

  std::string key = crypto::to_string(crypto::sha256("client_assertion\n" + client.id.str() + '\n' + jti));
  SIGMA_CO_TRY(const bool fresh, co_await replay_.first_use(std::move(key), now, now + kMaxLifetime + 2 * kLeeway));
  if (!fresh) co_return refused("this assertion was used before; sign a new one with a new jti.");
  co_return Result<void>{};
}

}  // namespace sigma::oauth
