#pragma once
#include <string>

#include "sigma/core/json.hpp"
#include "sigma/core/task.hpp"
#include "sigma/oauth/dpop/dpop_verifier.hpp"
#include "sigma/oauth/error.hpp"
#include "sigma/oauth/tokens/live_tokens.hpp"
#include "sigma/oauth/tokens/subject_identifiers.hpp"

namespace sigma::oauth {

/// The UserInfo endpoint (OpenID Connect Core §5.3, contract §4).
class UserInfo {
 public:
  UserInfo(LiveTokens& tokens, const SubjectIdentifiers& subjects) : tokens_(tokens), subjects_(subjects) {}

  /// Claims of the person behind a live access token. Errors: invalid_token, insufficient_scope.
  core::Task<Result<core::Json>> describe(PresentedToken presented);

 private:
  LiveTokens& tokens_;
  const SubjectIdentifiers& subjects_;
};

}  // namespace sigma::oauth
