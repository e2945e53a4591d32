// What a person has agreed to, and how they take it back.
#pragma once
#include <string>
#include <vector>

#include "sigma/core/clock.hpp"
#include "sigma/core/task.hpp"
#include "sigma/oauth/error.hpp"
#include "sigma/oauth/scope.hpp"
#include "sigma/store/store.hpp"

namespace sigma::oauth {

/// One string that names a consent of a person: client and identity.
std::string consent_id(const store::Consent& consent);

/// Every call is for one person and knows only their consents: the id of somebody else's is not_found.
class ConsentBook {
 public:
  ConsentBook(store::ConsentStore& consents, const core::Clock& clock) : consents_(consents), clock_(clock) {}

  core::Task<Result<std::vector<store::Consent>>> list(store::UserId user);
  core::Task<Result<store::Consent>> find(store::UserId user, std::string id);
  /// Leaves only `scopes`; tokens that hold one of the others, or a claim of one, die in the same moment.
  /// invalid_request for a scope that was not agreed to: more access is agreed to on the consent page only, where the
  /// application and what it asks for are shown; and for none at all, which is a withdrawal.
  core::Task<Result<store::Consent>> narrow(store::UserId user, std::string id, Scopes scopes);
  /// Forgets it; its tokens die in the same moment.
  core::Task<Result<void>> withdraw(store::UserId user, std::string id);

 private:
  store::ConsentStore& consents_;
  const core::Clock& clock_;
};

}  // namespace sigma::oauth
