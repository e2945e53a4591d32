#pragma once
#include <memory>
#include <vector>

#include "sigma/core/json.hpp"
#include "sigma/core/task.hpp"
#include "sigma/oauth/client_auth/client_authenticator.hpp"
#include "sigma/oauth/dpop/dpop_verifier.hpp"
#include "sigma/oauth/grants/grant.hpp"

namespace sigma::oauth {

/// POST /api/auth/oauth2/token (RFC 6749 §3.2, contract §3): the same numbered phases for every grant.
class TokenEndpoint {
 public:
  TokenEndpoint(ClientAuthenticator& authenticator, DpopVerifier& dpop, std::vector<std::unique_ptr<Grant>> grants)
      : authenticator_(authenticator), dpop_(dpop), grants_(std::move(grants)) {}

  /// The answer of RFC 6749 §5.1, or the error that existing clients show to people.
  /// `path`: where the request came in, which is what an X-Auth-Token must be signed for.
  /// `audit` gets what is known of who asked and what was given; the caller records it.
  core::Task<Result<core::Json>> exchange(ClientCredentials request, std::string path = std::string(kTokenPath),
                                          AuditEvent* audit = nullptr);

  /// The grants there are, in the order in which discovery offers them.
  std::vector<std::string> grant_types() const;

 private:
  ClientAuthenticator& authenticator_;
  DpopVerifier& dpop_;
  std::vector<std::unique_ptr<Grant>> grants_;
};

}  // namespace sigma::oauth
