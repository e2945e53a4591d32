#pragma once
#include "sigma/core/clock.hpp"
#include "sigma/core/random.hpp"
#include "sigma/oauth/grants/grant.hpp"
#include "sigma/oauth/tokens/token_issuer.hpp"
#include "sigma/store/store.hpp"

namespace sigma::oauth {

/// grant_type=refresh_token with rotation (RFC 6749 §6, RFC 9700 §4.14.2).
///
///   live ──refresh──▶ rotated ──same request within the grace period──▶ the same answer again
///                        └──any other use after it, or once the successor was used──▶ the whole family is revoked
///
/// The answer of a rotation is kept sealed under a key that only the old token yields, so that a lost answer does not
/// sign people out and a stolen database holds no token.
class RefreshTokenGrant final : public Grant {
 public:
  RefreshTokenGrant(store::Store& store, TokenIssuer& issuer, const core::Clock& clock, core::Random& random,
                    const Settings& settings)
      : store_(store), issuer_(issuer), clock_(clock), random_(random), settings_(settings) {}

  std::string_view type() const override { return "refresh_token"; }
  Result<void> check_parameters(const http::Form& form) const override;
  core::Task<Result<core::Json>> exchange(TokenRequest request) override;

 private:
  core::Task<Result<core::Json>> answer_again(store::RefreshToken row, std::string secret, std::string fingerprint,
                                              AuditEvent* audit);
  core::Task<Result<core::Json>> end_family(const store::RefreshToken& row, AuditEvent* audit);
  Result<Issue> prepare(TokenRequest request, store::RefreshContext found) const;

  store::Store& store_;
  TokenIssuer& issuer_;
  const core::Clock& clock_;
  core::Random& random_;
  const Settings& settings_;
};

}  // namespace sigma::oauth
