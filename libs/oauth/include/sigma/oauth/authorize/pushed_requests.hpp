#pragma once
#include <string>

#include "sigma/core/clock.hpp"
#include "sigma/core/random.hpp"
#include "sigma/core/task.hpp"
#include "sigma/oauth/client_auth/client_authenticator.hpp"
#include "sigma/oauth/dpop/dpop_verifier.hpp"
#include "sigma/store/store.hpp"

namespace sigma::oauth {

inline constexpr std::string_view kPushedRequestPrefix = "urn:ietf:params:oauth:request_uri:";

/// Pushed authorization requests (RFC 9126): the application hands its request over on the back channel, proves who it
/// is, and sends the browser with a reference that is good once.
class PushedRequests {
 public:
  PushedRequests(store::PushedRequestStore& requests, ClientAuthenticator& authenticator, DpopVerifier& dpop,
                 const core::Clock& clock, core::Random& random, const Settings& settings)
      : requests_(requests),
        authenticator_(authenticator),
        dpop_(dpop),
        clock_(clock),
        random_(random),
        settings_(settings) {}

  /// {"request_uri","expires_in"} (RFC 9126 §2.2). Every check that does not need the person is made here already.
  core::Task<Result<core::Json>> push(ClientCredentials request);

  /// The parameters behind `request_uri`. `started_at`: when the person began, who may be on our pages for longer than
  /// the request lives. invalid_request_uri when it is unknown, expired, used, or another client's.
  core::Task<Result<http::Form>> open(std::string request_uri, std::string client_id, core::UtcTime started_at);
  /// Spends it; invalid_request_uri when somebody was faster.
  core::Task<Result<void>> consume(std::string request_uri);

 private:
  store::PushedRequestStore& requests_;
  ClientAuthenticator& authenticator_;
  DpopVerifier& dpop_;
  const core::Clock& clock_;
  core::Random& random_;
  const Settings& settings_;
};

}  // namespace sigma::oauth
