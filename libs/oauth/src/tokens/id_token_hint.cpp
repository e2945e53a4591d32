#include "sigma/oauth/tokens/id_token_hint.hpp"

#include <fmt/format.h>

#include "sigma/jose/claims.hpp"
#include "sigma/jose/jwt.hpp"

namespace sigma::oauth {
namespace {

constexpr core::Milliseconds kLeeway = std::chrono::minutes{1};

Error refused(std::string_view why) {
  return {ErrorCode::invalid_request,
          fmt::format("id_token_hint cannot be used: {} Send an ID token that this server issued to you.", why)};
}

}  // namespace

Result<IdTokenHint> verify_id_token_hint(std::string_view hint, const jose::KeySet& keys, const std::string& issuer,
                                         core::UtcTime now) {
  jose::VerifyOptions options;
  options.algorithms.assign(jose::kAlgorithms.begin(), jose::kAlgorithms.end());
  options.types = {"JWT"};
  const auto jwt = jose::verify_jwt(hint, keys.finder(), options);
  if (!jwt) return refused(jwt.error().description());
  jose::ClaimExpectations expected;
  expected.issuer = issuer;
  expected.expired_is_fine = true;
  expected.required = {"sub", "aud"};
  expected.audiences = {core::json_string(jwt->claims, "aud").value_or("")};
  if (const auto checked = jose::check_claims(jwt->claims, expected, now, kLeeway); !checked)
    return refused(checked.error().description());
  return IdTokenHint{store::ClientId{*core::json_string(jwt->claims, "aud")}, *core::json_string(jwt->claims, "sub"),
                     core::json_string(jwt->claims, "sid")};
}

}  // namespace sigma::oauth
