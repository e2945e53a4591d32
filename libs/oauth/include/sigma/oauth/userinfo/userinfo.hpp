#pragma once
#include <string>

#include "sigma/core/clock.hpp"
#include "sigma/core/json.hpp"
#include "sigma/core/task.hpp"
#include "sigma/oauth/error.hpp"
#include "sigma/oauth/registration/client_directory.hpp"
#include "sigma/oauth/settings.hpp"
#include "sigma/store/store.hpp"

namespace sigma::oauth {

/// The UserInfo endpoint (OpenID Connect Core §5.3, contract §4).
class UserInfo {
 public:
  UserInfo(store::Store& store, ClientDirectory& clients, const core::Clock& clock)
      : store_(store), clients_(clients), clock_(clock) {}

  /// Claims of the person behind a live access token. Errors: invalid_token, insufficient_scope.
  core::Task<Result<core::Json>> describe(std::string access_token);

 private:
  store::Store& store_;
  ClientDirectory& clients_;
  const core::Clock& clock_;
};

}  // namespace sigma::oauth
