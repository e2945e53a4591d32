#pragma once
#include <optional>
#include <string>
#include <vector>

#include "sigma/core/clock.hpp"
#include "sigma/core/task.hpp"
#include "sigma/http/form.hpp"
#include "sigma/oauth/client_auth/client_assertion.hpp"
#include "sigma/oauth/client_auth/x_auth_token.hpp"
#include "sigma/oauth/device/attempt_limiter.hpp"
#include "sigma/oauth/error.hpp"
#include "sigma/oauth/registration/client_directory.hpp"
#include "sigma/oauth/settings.hpp"

namespace sigma::oauth {

/// What a request to a client-authenticated endpoint brings.
struct ClientCredentials {
  http::Form form;
  std::string raw_body;                    ///< the exact bytes, as X-Auth-Token signs them
  std::vector<std::string> x_auth_tokens;  ///< every X-Auth-Token header
  std::optional<std::string> authorization;
  std::string ip_address;                ///< who sends it: wrong secrets are counted by network
  std::vector<std::string> dpop_proofs;  ///< every DPoP header; the token endpoint's and PAR's concern
};

/// `requests`: of each client, over all its networks; a limit of 0 is none. `secret_failures`: wrong secrets, per
/// client and network, over all endpoints.
struct ClientLimits {
  AttemptLimiter& requests;
  AttemptLimiter& secret_failures;
};

/// Decides who the client is by the one method it is registered with (contract §3; RFC 6749 §2.3).
class ClientAuthenticator {
 public:
  ClientAuthenticator(ClientDirectory& clients, XAuthTokenVerifier& x_auth_token, ClientAssertionVerifier& assertions,
                      ClientLimits limits, const core::Clock& clock, const Settings& settings)
      : clients_(clients),
        x_auth_token_(x_auth_token),
        assertions_(assertions),
        limits_(limits),
        clock_(clock),
        settings_(settings) {}

  /// `path`: the canonical path that an X-Auth-Token must be signed for. Errors: invalid_request (no client named, more
  /// than one method), invalid_client, too_many_requests.
  core::Task<Result<store::Client>> authenticate(ClientCredentials credentials, std::string path);

 private:
  core::Task<Result<store::Client>> identify(ClientCredentials credentials, std::string path);
  core::Task<Result<store::Client>> find_client(const ClientCredentials& credentials);
  core::Task<Result<void>> check_x_auth_token(const store::Client& client, const ClientCredentials& credentials,
                                              std::string path);
  core::Task<Result<void>> check_secret(const store::Client& client, std::string secret, std::string ip_address);

  ClientDirectory& clients_;
  XAuthTokenVerifier& x_auth_token_;
  ClientAssertionVerifier& assertions_;
  ClientLimits limits_;
  const core::Clock& clock_;
  const Settings& settings_;
};

}  // namespace sigma::oauth
