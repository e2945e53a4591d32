#pragma once
#include <optional>
#include <string>

#include "sigma/core/task.hpp"
#include "sigma/oauth/error.hpp"
#include "sigma/oauth/tokens/live_tokens.hpp"

namespace sigma::oauth {

/// Member of an access token's details that opens the session API to it.
inline constexpr const char* kSessionApiMark = "session_api";

/// Access tokens where a session is expected (contract §5): the token of a device flow also stands for its person at
/// get-session, wallets and subscription. Other applications' tokens do not; they have userinfo.
class TokenSessions {
 public:
  explicit TokenSessions(LiveTokens& tokens) : tokens_(tokens) {}

  /// The person behind a live token, as a session that lives as long as the token and is seen through its identity.
  /// No row of the session table: its id is the token's grant. The e-mail address only with scope email.
  core::Task<Result<std::optional<store::SessionWithUser>>> find(std::string access_token);

 private:
  LiveTokens& tokens_;
};

}  // namespace sigma::oauth
