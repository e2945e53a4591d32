#pragma once
#include <string>

#include "sigma/core/clock.hpp"
#include "sigma/core/json.hpp"
#include "sigma/core/task.hpp"
#include "sigma/oauth/audit/audit.hpp"
#include "sigma/oauth/client_auth/client_authenticator.hpp"
#include "sigma/oauth/error.hpp"
#include "sigma/oauth/settings.hpp"
#include "sigma/oauth/tokens/live_tokens.hpp"
#include "sigma/oauth/tokens/subject_identifiers.hpp"
#include "sigma/store/store.hpp"

namespace sigma::oauth {

inline constexpr std::string_view kIntrospectPath = "/api/auth/oauth2/introspect";
inline constexpr std::string_view kRevokePath = "/api/auth/oauth2/revoke";

/// Token introspection (RFC 7662) and revocation (RFC 7009).
class TokenStatus {
 public:
  TokenStatus(store::Store& store, LiveTokens& tokens, ClientAuthenticator& authenticator,
              const SubjectIdentifiers& subjects, const core::Clock& clock, const Settings& settings)
      : store_(store),
        tokens_(tokens),
        authenticator_(authenticator),
        subjects_(subjects),
        clock_(clock),
        settings_(settings) {}

  /// What a live token says, to the client it was issued to or meant for; {"active":false} to anybody else, so that no
  /// client learns about another's tokens. Public clients are refused: they cannot prove who asks.
  core::Task<Result<core::Json>> introspect(ClientCredentials request);

  /// Ends a token of the calling client; with a refresh token its whole family. Unknown tokens, and those of other
  /// clients, succeed without effect (RFC 7009 §2.2).
  /// `audit` gets who asked and what ended; the caller records it.
  core::Task<Result<void>> revoke(ClientCredentials request, AuditEvent* audit = nullptr);

 private:
  struct Caller {
    store::Client client;
    store::SecretHash token;
  };
  core::Task<Result<Caller>> authenticate(ClientCredentials request, std::string_view path);
  core::Json describe(const store::AccessToken& token, const store::Client& owner) const;
  core::Json describe(const store::RefreshToken& token, const store::Client& owner) const;

  store::Store& store_;
  LiveTokens& tokens_;
  ClientAuthenticator& authenticator_;
  const SubjectIdentifiers& subjects_;
  const core::Clock& clock_;
  const Settings& settings_;
};

}  // namespace sigma::oauth
