#pragma once
#include "sigma/core/clock.hpp"
#include "sigma/oauth/grants/grant.hpp"
#include "sigma/oauth/registration/client_directory.hpp"
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
  TokenExchangeGrant(store::Store& store, ClientDirectory& clients, TokenIssuer& issuer,
                     const SubjectIdentifiers& subjects, const core::Clock& clock, const Settings& settings)
      : store_(store), clients_(clients), issuer_(issuer), subjects_(subjects), clock_(clock), settings_(settings) {}

  std::string_view type() const override { return kTokenExchangeGrant; }
  Result<void> check_parameters(const http::Form& form) const override;
  core::Task<Result<core::Json>> exchange(TokenRequest request) override;

 private:
  /// A live token with its person; `name` is the parameter it came in.
  struct Live {
    store::AccessToken token;
    store::Client client;
    std::optional<Subject> subject;
  };
  core::Task<Result<Live>> find(std::string secret, std::string_view name);
  core::Task<Result<core::Json>> actor_of(const TokenRequest& request, const Live& from);

  store::Store& store_;
  ClientDirectory& clients_;
  TokenIssuer& issuer_;
  const SubjectIdentifiers& subjects_;
  const core::Clock& clock_;
  const Settings& settings_;
};

/// The token is meant for this client: its id, or a resource it serves (client metadata `resources`), is in `aud`.
bool is_audience(const store::Client& client, const std::vector<std::string>& audience);

}  // namespace sigma::oauth
