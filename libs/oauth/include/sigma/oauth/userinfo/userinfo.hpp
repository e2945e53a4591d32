#pragma once
#include <string>

#include "sigma/core/json.hpp"
#include "sigma/core/task.hpp"
#include "sigma/oauth/dpop/dpop_verifier.hpp"
#include "sigma/oauth/error.hpp"
#include "sigma/oauth/sessions/entitlement_source.hpp"
#include "sigma/oauth/tokens/live_tokens.hpp"
#include "sigma/oauth/tokens/subject_identifiers.hpp"

namespace sigma::oauth {

/// The UserInfo endpoint (OpenID Connect Core §5.3, contract §4).
class UserInfo {
 public:
  /// `entitlements` may be null: then nothing is claimed about roles.
  UserInfo(LiveTokens& tokens, const SubjectIdentifiers& subjects, EntitlementSource* entitlements = nullptr)
      : tokens_(tokens), subjects_(subjects), entitlements_(entitlements) {}

  /// Claims of the person behind a live access token. Errors: invalid_token, insufficient_scope.
  core::Task<Result<core::Json>> describe(PresentedToken presented);

 private:
  LiveTokens& tokens_;
  const SubjectIdentifiers& subjects_;
  EntitlementSource* const entitlements_;
};

}  // namespace sigma::oauth
