#pragma once
#include <optional>
#include <string>
#include <vector>

#include "sigma/core/clock.hpp"
#include "sigma/core/task.hpp"
#include "sigma/http/form.hpp"
#include "sigma/oauth/client_auth/client_assertion.hpp"
#include "sigma/oauth/client_auth/x_auth_token.hpp"
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
  std::vector<std::string> dpop_proofs;  ///< every DPoP header; the token endpoint's and PAR's concern
};

/// Decides who the client is by the one method it is registered with (contract §3; RFC 6749 §2.3).
class ClientAuthenticator {
 public:
  ClientAuthenticator(ClientDirectory& clients, XAuthTokenVerifier& x_auth_token, ClientAssertionVerifier& assertions,
                      const core::Clock& clock, const Settings& settings)
      : clients_(clients), x_auth_token_(x_auth_token), assertions_(assertions), clock_(clock), settings_(settings) {}

  /// `path`: the canonical path that an X-Auth-Token must be signed for. Errors: invalid_request (no client named, more
  /// than one method), invalid_client.
  core::Task<Result<store::Client>> authenticate(ClientCredentials credentials, std::string path);

 private:
  core::Task<Result<store::Client>> find_client(const ClientCredentials& credentials);
  core::Task<Result<void>> check_x_auth_token(const store::Client& client, const ClientCredentials& credentials,
                                              std::string path);
  Result<void> check_secret(const store::Client& client, std::string_view secret);

  ClientDirectory& clients_;
  XAuthTokenVerifier& x_auth_token_;
  ClientAssertionVerifier& assertions_;
  const core::Clock& clock_;
  const Settings& settings_;
};

}  // namespace sigma::oauth
