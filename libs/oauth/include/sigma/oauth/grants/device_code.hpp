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
  DeviceCodeGrant(store::Store& store, TokenIssuer& issuer, const core::Clock& clock)
      : store_(store), issuer_(issuer), clock_(clock) {}

  std::string_view type() const override { return kDeviceCodeGrant; }
  Result<void> check_parameters(const http::Form& form) const override;
  core::Task<Result<core::Json>> exchange(store::Client client, http::Form form) override;

 private:
  core::Task<Result<Issue>> prepare(store::Client client, const store::DeviceCode& code, const http::Form& form);

  store::Store& store_;
  TokenIssuer& issuer_;
  const core::Clock& clock_;
};

}  // namespace sigma::oauth
