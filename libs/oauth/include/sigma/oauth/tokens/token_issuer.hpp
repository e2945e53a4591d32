#pragma once
#include <optional>
#include <string>

#include "sigma/core/clock.hpp"
#include "sigma/core/json.hpp"
#include "sigma/core/random.hpp"
#include "sigma/core/task.hpp"
#include "sigma/core/work_pool.hpp"
#include "sigma/oauth/error.hpp"
#include "sigma/oauth/keys/key_manager.hpp"
#include "sigma/oauth/sessions/entitlement_source.hpp"
#include "sigma/oauth/settings.hpp"
#include "sigma/oauth/tokens/subject_identifiers.hpp"
#include "sigma/oauth/userinfo/claims.hpp"
#include "sigma/store/rows.hpp"

namespace sigma::oauth {

/// One authorization, about to become tokens.
struct Issue {
  store::Client client;
  std::optional<Subject> subject;  ///< none when the application acts for itself
  store::GrantId grant_id;
  std::optional<store::SessionId> session_id;
  std::optional<store::BapId> bap_id;
  Scopes scopes;          ///< of this answer
  Scopes granted_scopes;  ///< of the grant: what later refreshes may ask for again
  std::optional<std::string> nonce;
  core::UtcTime auth_time;
  std::vector<std::string> resources;          ///< audience of this answer's access token (RFC 8707)
  std::vector<std::string> granted_resources;  ///< of the grant
  std::optional<std::string> dpop_jkt;         ///< the key that the tokens are bound to (RFC 9449 §6)
  std::optional<core::UtcTime> expires_by;     ///< the access token ends no later
  core::Json details;                          ///< kept with every token of the grant: claims, act …; null when none
};

/// The access token will be a JWT: for a resource, or by the client's registration (access_token_format).
bool is_jwt_wanted(const Issue& issue);

struct Minted {
  store::IssuedTokens rows;  ///< to be stored in the commit that consumes the one-time input
  core::Json answer;         ///< RFC 6749 §5.1, with expires_at as Sigma clients read it
};

/// Mints tokens; stores nothing. What is issued stays with the caller, who awaits the answer.
class TokenIssuer {
 public:
  TokenIssuer(const KeyManager& keys, const SubjectIdentifiers& subjects, core::WorkPool& signing_pool,
              const core::Clock& clock, core::Random& random, const Settings& settings,
              EntitlementSource* entitlements = nullptr)
      : keys_(keys),
        subjects_(subjects),
        signing_pool_(signing_pool),
        clock_(clock),
        random_(random),
        settings_(settings),
        entitlements_(entitlements) {}

  /// An access token; an ID token with scope openid; a refresh token with scope offline_access, if the client may use
  /// that grant. Needs a subject and a session.
  core::Task<Result<Minted>> mint(const Issue& issue);

  /// An access token alone: opaque, or a JWT (RFC 9068) for a resource and for clients registered with
  /// access_token_format=jwt.
  core::Task<Result<Minted>> mint_access_token(const Issue& issue);

 private:
  core::Task<Result<std::string>> id_token(const Issue& issue, const std::string& access_token);
  core::Task<Result<std::string>> jwt_access_token(const Issue& issue, const store::AccessToken& row);

  const KeyManager& keys_;
  const SubjectIdentifiers& subjects_;
  core::WorkPool& signing_pool_;
  const core::Clock& clock_;
  core::Random& random_;
  const Settings& settings_;
  EntitlementSource* const entitlements_;
};

/// The algorithm the client asked for at registration, else the server's default.
jose::Algorithm id_token_algorithm(const store::Client& client, const Settings& settings);

}  // namespace sigma::oauth
