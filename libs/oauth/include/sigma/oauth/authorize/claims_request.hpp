#pragma once
#include <optional>
#include <string>

#include "sigma/core/json.hpp"
#include "sigma/oauth/error.hpp"
#include "sigma/oauth/scope.hpp"

namespace sigma::oauth {

/// The `claims` parameter (OpenID Connect Core §5.5), reduced to what this server can answer.
struct ClaimsRequest {
  core::Json names;                ///< {"userinfo":["name"],"id_token":["email"]}; null when nothing is asked for
  Scopes scopes;                   ///< scopes that release the same claims: the person must agree to them, too
  std::optional<std::string> sub;  ///< only this subject will do

  /// Forgets the claims that none of these scopes releases.
  void keep_only(const Scopes& allowed);
};

/// The scopes that release the claims in `names` (ClaimsRequest::names).
Scopes scopes_of_claims(const core::Json& names);

/// Unknown claims and members are ignored: they are wishes. invalid_request when it is not the JSON of the standard;
/// unmet_authentication_requirements when an essential `acr` is one that does not exist here.
Result<ClaimsRequest> parse_claims_request(std::string_view text);

}  // namespace sigma::oauth
