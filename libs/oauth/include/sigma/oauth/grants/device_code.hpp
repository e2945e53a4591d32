#pragma once
#include "sigma/core/clock.hpp"
#include "sigma/oauth/grants/grant.hpp"
#include "sigma/oauth/tokens/token_issuer.hpp"
#include "sigma/store/store.hpp"

namespace sigma::oauth {

inline constexpr std::string_view kDeviceCodeGrant = "urn:ietf:params:oauth:grant-type:device_code";

/// The device's side of the device flow after it has a code (RFC 8628 §3.4, §3.5): polling until the person answers.
class DeviceCodeGrant final : public Grant {
 public:
  DeviceCodeGrant(store::Store& store, TokenIssuer& issuer, const core::Clock& clock, const Settings& settings)
      : store_(store), issuer_(issuer), clock_(clock), settings_(settings) {}

  std::string_view type() const override { return kDeviceCodeGrant; }
  Result<void> check_parameters(const http::Form& form) const override;
  core::Task<Result<core::Json>> exchange(TokenRequest request) override;

 private:
  core::Task<Result<Issue>> prepare(TokenRequest request, const store::DeviceCode& code);

  store::Store& store_;
  TokenIssuer& issuer_;
  const core::Clock& clock_;
  const Settings& settings_;
};

}  // namespace sigma::oauth
