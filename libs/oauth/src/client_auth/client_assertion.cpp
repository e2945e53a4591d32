#include "sigma/oauth/client_auth/client_assertion.hpp"

#include "sigma/crypto/digest.hpp"
#include "sigma/jose/claims.hpp"
#include "sigma/jose/jwt.hpp"
#include "sigma/jose/key_set.hpp"
#include "sigma/oauth/registration/security_profile.hpp"

namespace sigma::oauth {
namespace {

constexpr core::Milliseconds kMaxLifetime = std::chrono::minutes{10};
constexpr core::Milliseconds kLeeway = std::chrono::seconds{30};
constexpr std::size_t kMaxJti = 256;

Error refused(const std::string& description) {
  return {ErrorCode::invalid_client, "client_assertion: " + description};
}

// Whether the set holds the key that the assertion names. What cannot be read fails later, with its reason.
bool knows_key(const core::Json& jwks, const std::string& assertion) {
  const auto keys = jose::JwkSet::parse(jwks);
  const auto jwt = jose::decode_jwt(assertion);
  if (!keys || !jwt) return true;
  const auto algorithm = jose::parse_algorithm(core::json_string(jwt->header, "alg").value_or(""));
  return !algorithm || keys->find(core::json_string(jwt->header, "kid"), *algorithm) != nullptr;
}

}  // namespace

std::string client_id_of_assertion(std::string_view assertion) {
  const auto jwt = jose::decode_jwt(assertion);
  return jwt ? core::json_string(jwt->claims, "sub").value_or("") : "";
}

// A key that is new since the set was fetched is looked for once more: that is how clients change their keys (OpenID
// Connect Core §10.1.1).
core::Task<Result<core::Json>> ClientAssertionVerifier::keys_of(const store::Client& client,
                                                                const std::string& assertion) {
  if (const auto registered = client.metadata.find("jwks"); registered != client.metadata.end()) co_return *registered;
  const auto uri = core::json_string(client.metadata, "jwks_uri");
  if (!uri) co_return refused("the client has registered no keys (jwks or jwks_uri).");
  auto document = co_await documents_.get(*uri);
  if (document && !knows_key(**document, assertion)) document = co_await documents_.newer(*uri, *document);
  if (!document && document.error().code() == core::Code::invalid_input)
    co_return refused("the document at the client's jwks_uri " + document.error().description());
  if (!document) co_return document.error();
  co_return **document;
}

core::Task<Result<void>> ClientAssertionVerifier::verify(const store::Client& client, std::string assertion,
                                                         std::string path) {
  SIGMA_CO_TRY(const core::Json jwks, co_await keys_of(client, assertion));
  const auto keys = jose::JwkSet::parse(jwks);
  if (!keys) co_return refused(keys.error().description());

  jose::VerifyOptions options;
  options.algorithms = {jose::Algorithm::RS256, jose::Algorithm::PS256, jose::Algorithm::ES256, jose::Algorithm::EdDSA,
                        jose::Algorithm::ES256K};
  if (is_held_to_fapi(client))
    options.algorithms = {jose::Algorithm::PS256, jose::Algorithm::ES256, jose::Algorithm::EdDSA};  // §5.4.1
  const auto registered = core::json_string(client.metadata, "token_endpoint_auth_signing_alg");
  if (const auto only = jose::parse_algorithm(registered.value_or(""))) options.algorithms = {*only};
  options.types = {"JWT", "client-authentication+jwt"};
  options.typ_may_be_missing = true;
  const auto find_key = [&keys](const std::optional<std::string>& kid, jose::Algorithm algorithm) {
    return keys->find(kid, algorithm);
  };
  const auto jwt = jose::verify_jwt(assertion, find_key, options);
  if (!jwt) co_return refused(jwt.error().description());

  jose::ClaimExpectations expected;
  expected.issuer = client.id.str();
  expected.audiences = {settings_.issuer};
  if (!is_held_to_fapi(client))
    expected.audiences.insert(expected.audiences.end(),
                              {settings_.base_url + std::string(kTokenPath), settings_.base_url + path});
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
