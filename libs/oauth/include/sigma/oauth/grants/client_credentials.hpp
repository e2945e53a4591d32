#pragma once
#include "sigma/core/clock.hpp"
#include "sigma/core/random.hpp"
#include "sigma/oauth/grants/grant.hpp"
#include "sigma/oauth/settings.hpp"
#include "sigma/oauth/tokens/token_issuer.hpp"
#include "sigma/store/store.hpp"

namespace sigma::oauth {

/// grant_type=client_credentials (RFC 6749 §4.4): a token for the application itself, without a person.
class ClientCredentialsGrant final : public Grant {
 public:
  ClientCredentialsGrant(store::TokenStore& tokens, TokenIssuer& issuer, const core::Clock& clock, core::Random& random,
                         const Settings& settings)
      : tokens_(tokens), issuer_(issuer), clock_(clock), random_(random), settings_(settings) {}

  std::string_view type() const override { return "client_credentials"; }
  Result<void> check_parameters(const http::Form&) const override { return {}; }
  core::Task<Result<core::Json>> exchange(TokenRequest request) override;

 private:
  store::TokenStore& tokens_;
  TokenIssuer& issuer_;
  const core::Clock& clock_;
  core::Random& random_;
  const Settings& settings_;
};

}  // namespace sigma::oauth
