#pragma once
#include <string>

#include "sigma/core/clock.hpp"
#include "sigma/core/json.hpp"
#include "sigma/core/task.hpp"
#include "sigma/oauth/dpop/dpop_verifier.hpp"
#include "sigma/oauth/error.hpp"
#include "sigma/oauth/registration/client_directory.hpp"
#include "sigma/oauth/sessions/entitlement_source.hpp"
#include "sigma/oauth/settings.hpp"
#include "sigma/oauth/tokens/subject_identifiers.hpp"
#include "sigma/store/store.hpp"

namespace sigma::oauth {

/// The UserInfo endpoint (OpenID Connect Core §5.3, contract §4).
class UserInfo {
 public:
  /// `entitlements` may be null: then nothing is claimed about roles.
  UserInfo(store::Store& store, ClientDirectory& clients, const SubjectIdentifiers& subjects, const core::Clock& clock,
           EntitlementSource* entitlements = nullptr)
      : store_(store), clients_(clients), subjects_(subjects), clock_(clock), entitlements_(entitlements) {}

  /// Claims of the person behind a live access token. Errors: invalid_token, insufficient_scope.
  core::Task<Result<core::Json>> describe(PresentedToken presented);

 private:
  store::Store& store_;
  ClientDirectory& clients_;
  const SubjectIdentifiers& subjects_;
  const core::Clock& clock_;
  EntitlementSource* const entitlements_;
};

}  // namespace sigma::oauth
