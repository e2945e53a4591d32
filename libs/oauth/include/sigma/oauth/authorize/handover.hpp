#pragma once
#include <string>

#include "sigma/core/clock.hpp"
#include "sigma/crypto/sealer.hpp"
#include "sigma/http/form.hpp"
#include "sigma/oauth/authorize/authorization_request.hpp"

namespace sigma::oauth {

/// The query string with which a person is sent to one of our pages and which the page hands back as `oauth_query`
/// (contract §2, "Page hand-over"): the authorization parameters plus ba_iat (ms, when it began), ba_sel, ba_ref,
/// ba_scope (what would be granted, which `scope` alone does not tell: scope.hpp, claims_request.hpp), exp (seconds)
/// and sig. It proves that the request was checked here; what the person has done is proven by the session.
class Handover {
 public:
  Handover(const crypto::Sealer& sealer, const core::Clock& clock, const Settings& settings)
      : sealer_(sealer), clock_(clock), settings_(settings) {}

  std::string sign(const http::Form& parameters, const Progress& progress) const;

  struct Opened {
    http::Form parameters;  ///< without the members added by sign()
    Progress progress;
  };
  /// invalid_signature when it was changed, is not ours, or is too old.
  Result<Opened> open(std::string_view oauth_query) const;

  /// The parameters of a request that comes from outside: our own members mean nothing there and are dropped.
  static http::Form strip(const http::Form& parameters);

 private:
  const crypto::Sealer& sealer_;
  const core::Clock& clock_;
  const Settings& settings_;
};

}  // namespace sigma::oauth
