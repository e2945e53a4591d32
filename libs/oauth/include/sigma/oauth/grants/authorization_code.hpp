#pragma once
#include "sigma/core/clock.hpp"
#include "sigma/oauth/grants/grant.hpp"
#include "sigma/oauth/tokens/live_tokens.hpp"
#include "sigma/oauth/tokens/token_issuer.hpp"
#include "sigma/store/store.hpp"

namespace sigma::oauth {

/// grant_type=authorization_code (RFC 6749 §4.1.3, RFC 7636 §4.6, contract §3).
class AuthorizationCodeGrant final : public Grant {
 public:
  AuthorizationCodeGrant(store::Store& store, LiveTokens& live_tokens, TokenIssuer& issuer, const core::Clock& clock,
                         const Settings& settings)
      : store_(store), live_tokens_(live_tokens), issuer_(issuer), clock_(clock), settings_(settings) {}

  std::string_view type() const override { return "authorization_code"; }
  Result<void> check_parameters(const http::Form&) const override { return {}; }
  core::Task<Result<core::Json>> exchange(TokenRequest request) override;

 private:
  Result<Issue> prepare(TokenRequest request, store::CodeContext found) const;

  store::Store& store_;
  LiveTokens& live_tokens_;
  TokenIssuer& issuer_;
  const core::Clock& clock_;
  const Settings& settings_;
};

/// RFC 7636 §4.6 with S256 and the downgrade rule of RFC 9700 §2.1.1: a challenge demands a verifier and the other way
/// round. `public_client`: without a challenge such a client is refused whatever it sends.
Result<void> check_code_verifier(const std::optional<std::string>& code_challenge,
                                 std::optional<std::string_view> code_verifier, bool public_client);

}  // namespace sigma::oauth
