#include "sigma/oauth/client_auth/x_auth_token.hpp"

namespace sigma::oauth {

core::Task<core::Result<XAuthTokenVerifier::Outcome>> XAuthTokenVerifier::verify(std::string token,
                                                                                 XAuthTokenRule rule) {
  const core::UtcTime now = clock_.now();
  if (const auto parsed = bitcoin::parse_auth_token(token);
      parsed && (parsed->request_path.empty() || parsed->signature.empty())) {
    co_return Outcome{
        std::nullopt,
        {true, "A field of X-Auth-Token is empty; it is <pubkey>|<scheme>|<timestamp>|<requestPath>|<signature>."}};
  }
  bitcoin::AuthTokenExpectation expectation;
  expectation.paths.assign(rule.paths.begin(), rule.paths.end());
  expectation.bodies.assign(rule.bodies.begin(), rule.bodies.end());
  expectation.body_may_be_unsigned = rule.body_optional;
  expectation.now = now;
  auto verified = bitcoin::verify_auth_token(token, expectation);
  if (!verified) {
    const auto& [fault, description] = verified.error();
    const bool malformed = fault == bitcoin::AuthTokenFault::malformed || fault == bitcoin::AuthTokenFault::scheme ||
                           fault == bitcoin::AuthTokenFault::pubkey;
    co_return Outcome{std::nullopt, {malformed, description}};
  }
  // Last of all: a token that fails any other check must not use up its place in the guard.
  SIGMA_CO_TRY(const bool fresh, co_await replay_.first_use(verified->replay_key, now, verified->remember_until));
  if (!fresh) {
    co_return Outcome{std::nullopt,
                      {false,
                       "This X-Auth-Token was used before; each token is good for one request. Sign a new one with the "
                       "current time."}};
  }
  co_return Outcome{std::move(*verified), {}};
}

}  // namespace sigma::oauth
