// What a person may do with their own account as a whole: describe it, take everything along, leave.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "sigma/core/clock.hpp"
#include "sigma/core/json.hpp"
#include "sigma/core/task.hpp"
#include "sigma/oauth/client_auth/x_auth_token.hpp"
#include "sigma/oauth/error.hpp"
#include "sigma/store/store.hpp"

namespace sigma::oauth {

inline constexpr std::string_view kDeleteUserPath = "/api/auth/delete-user";

/// How applications shall see the person. What is absent stays.
struct SelfDescription {
  std::optional<std::string> name;                  ///< as is_display_name() has it
  std::optional<std::optional<std::string>> image;  ///< an https address of up to 2,048 bytes; nothing takes it away
};

/// Who wants to leave, and what shows that it is them and not somebody at their open browser.
struct Farewell {
  store::SessionWithUser session;
  std::vector<std::string> x_auth_tokens;  ///< every X-Auth-Token header: signs kDeleteUserPath and the body
  std::string body;                        ///< exact bytes
};

class OwnAccount {
 public:
  OwnAccount(store::Store& store, XAuthTokenVerifier& x_auth_token, const core::Clock& clock)
      : store_(store), x_auth_token_(x_auth_token), clock_(clock) {}

  /// Of the user and of the session's identity. Errors: validation_error, that says which member.
  core::Task<Result<void>> describe(store::SessionWithUser session, SelfDescription change);

  /// Everything that the server keeps about the person, but secrets and their hashes. Of each identity's backups it
  /// says when they were made (add_newest_backups() has the rest); of the audit log the newest thousand lines.
  core::Task<Result<core::Json>> export_all(store::User user);

  /// Removes the account with all that belongs to it; clients are told (back-channel logout). False when nothing is
  /// removed because the sign-in is a day old or older and no key of the account signs. Errors: those of the token;
  /// bap_ownership_failed when it is somebody else's.
  core::Task<Result<bool>> remove(Farewell farewell);

 private:
  core::Task<Result<bool>> is_signed(const store::UserId& user, std::vector<std::string> tokens, std::string body);

  store::Store& store_;
  XAuthTokenVerifier& x_auth_token_;
  const core::Clock& clock_;
};

}  // namespace sigma::oauth
