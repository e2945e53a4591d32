#pragma once
#include "sigma/oauth/grants/grant.hpp"
#include "sigma/oauth/tokens/live_tokens.hpp"
#include "sigma/oauth/tokens/token_issuer.hpp"
#include "sigma/store/store.hpp"

namespace sigma::oauth {

inline constexpr std::string_view kTokenExchangeGrant = "urn:ietf:params:oauth:grant-type:token-exchange";
inline constexpr std::string_view kAccessTokenType = "urn:ietf:params:oauth:token-type:access_token";
inline constexpr std::string_view kJwtTokenType = "urn:ietf:params:oauth:token-type:jwt";

/// Token exchange (RFC 8693): a live access token of ours becomes one with less scope, another resource, or in the
/// hands of a service that acts for the person. Whoever may exchange: the client it was issued to, a client it is meant
/// for
/// (`aud`), and the client named by its `may_act`. The new token belongs to the same grant and ends no later, so that
/// whatever ends the first ends all; who acts is recorded in `act`.
class TokenExchangeGrant final : public Grant {
 public:
  TokenExchangeGrant(store::TokenStore& store, LiveTokens& tokens, TokenIssuer& issuer,
                     const SubjectIdentifiers& subjects, const Settings& settings)
      : store_(store), tokens_(tokens), issuer_(issuer), subjects_(subjects), settings_(settings) {}

  std::string_view type() const override { return kTokenExchangeGrant; }
  Result<void> check_parameters(const http::Form& form) const override;
  core::Task<Result<core::Json>> exchange(TokenRequest request) override;

 private:
  using Live = std::shared_ptr<const LiveToken>;
  /// `name` is the parameter that the token came in.
  core::Task<Result<Live>> find(std::string secret, std::string_view name);
  core::Task<Result<core::Json>> actor_of(const TokenRequest& request, Live from);

  store::TokenStore& store_;
  LiveTokens& tokens_;
  TokenIssuer& issuer_;
  const SubjectIdentifiers& subjects_;
  const Settings& settings_;
};

/// The token is meant for this client: its id, or a resource it serves (client metadata `resources`), is in `aud`.
bool is_audience(const store::Client& client, const std::vector<std::string>& audience);

}  // namespace sigma::oauth
