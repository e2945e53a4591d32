#pragma once
#include <string>

#include "sigma/core/clock.hpp"
#include "sigma/core/task.hpp"
#include "sigma/oauth/error.hpp"
#include "sigma/oauth/registration/remote_documents.hpp"
#include "sigma/oauth/settings.hpp"
#include "sigma/store/store.hpp"

namespace sigma::oauth {

inline constexpr std::string_view kJwtBearerAssertion = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

/// The `sub` of an assertion, unverified: only to learn which client it speaks of. Empty when it cannot be read.
std::string client_id_of_assertion(std::string_view assertion);

/// private_key_jwt (RFC 7523 §3, OpenID Connect Core §9): a JWT signed with a key of the client's registered `jwks`, or
/// of the set at its `jwks_uri`, meant for this server alone, good for one use (`jti`) and at most ten minutes.
class ClientAssertionVerifier {
 public:
  ClientAssertionVerifier(store::ReplayGuard& replay, RemoteDocuments& documents, const core::Clock& clock,
                          const Settings& settings)
      : replay_(replay), documents_(documents), clock_(clock), settings_(settings) {}

  /// `aud` is the issuer, the token endpoint, or the endpoint at `path` where it came in (RFC 9126 §2); for clients of
  /// FAPI 2.0 the issuer only.
  /// invalid_client with the reason.
  core::Task<Result<void>> verify(const store::Client& client, std::string assertion, std::string path);

 private:
  core::Task<Result<core::Json>> keys_of(const store::Client& client, const std::string& assertion);

  store::ReplayGuard& replay_;
  RemoteDocuments& documents_;
  const core::Clock& clock_;
  const Settings& settings_;
};

}  // namespace sigma::oauth
