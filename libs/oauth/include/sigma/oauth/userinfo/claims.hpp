#pragma once
#include <optional>

#include "sigma/core/json.hpp"
#include "sigma/oauth/scope.hpp"
#include "sigma/store/rows.hpp"

namespace sigma::oauth {

/// A person as an application sees them: the user, through the identity chosen for this authorization.
struct Subject {
  store::User user;
  std::optional<store::Profile> profile;
  bool with_entitlements = false;  ///< roles and tier of `user` are up to date: claim them
};

/// Name and picture of the subject: the identity's, else the account's; a picture of the account's only without an
/// identity.
std::string display_name(const Subject& subject);
std::optional<std::string> display_picture(const Subject& subject);

/// The claims of contract §4 that these scopes release; without `sub`. The full BAP profile is a JSON string.
core::Json subject_claims(const Subject& subject, const Scopes& scopes);

/// Adds the claims of `names` that are known about the subject, whatever the scopes: the `claims` parameter asked for
/// them, and the person agreed (OpenID Connect Core §5.5).
void add_requested_claims(core::Json& claims, const Subject& subject, const std::vector<std::string>& names);

/// subject_claims() with the requested ones, for an ID token: a picture held in a data: URI and a BAP profile of more
/// than 2,048 bytes are left out, because tokens travel in headers and URLs.
core::Json id_token_claims(const Subject& subject, const Scopes& scopes, const std::vector<std::string>& requested);

/// The names that the `claims` parameter asked for at `place` ("userinfo" or "id_token"), from a token's details.
std::vector<std::string> requested_claims(const core::Json& details, const char* place);

}  // namespace sigma::oauth
