#pragma once
#include <chrono>
#include <string>
#include <vector>

#include "sigma/jose/algorithm.hpp"

namespace sigma::oauth {

/// Who may register clients over the registration endpoint (RFC 7591).
enum class DynamicRegistrationMode {
  off,
  token,  ///< who has the initial access token
  open,   ///< everybody, within limits
};

/// What the operator decides about the protocol; immutable while the server runs.
struct Settings {
  std::string base_url;  ///< public origin, no trailing slash
  std::string issuer;    ///< base URL + "/api/auth" by default
  std::chrono::seconds code_lifetime{300};
  std::chrono::seconds access_token_lifetime{3'600};
  std::chrono::seconds id_token_lifetime{36'000};
  std::chrono::seconds refresh_token_lifetime{30 * 86'400};
  std::chrono::seconds refresh_retry_grace{30};  ///< an identical refresh within it gets the identical answer
  std::chrono::seconds session_lifetime{7 * 86'400};
  std::chrono::seconds session_renew_after{86'400};
  std::chrono::seconds interaction_lifetime{600};           ///< of a signed oauth_query
  std::chrono::seconds key_rotation_interval{90 * 86'400};  ///< how long a signing key signs; 0: until told otherwise
  /// A new signing key is published this long before it signs: longer than anybody caches the JWKS and than a replica
  /// needs to learn of it.
  std::chrono::seconds key_publication_lead{600};
  jose::Algorithm id_token_algorithm = jose::Algorithm::RS256;
  bool implicit_sign_up = true;            ///< a first sign-in creates the user
  std::int64_t unclaimed_backups = 2'000;  ///< identities that may have left backups here before anybody signed in
  std::chrono::seconds device_code_lifetime{900};
  std::chrono::seconds device_poll_interval{5};
  bool allow_unregistered_device_clients = false;  ///< unknown client ids may use the device flow, shown as unverified
  bool legacy_token_path = false;                  ///< accept X-Auth-Tokens signed for /oauth2/token (2025 clients)
  DynamicRegistrationMode dynamic_registration = DynamicRegistrationMode::off;
  std::string registration_token_hash;  ///< SHA-256 of the initial access token (RFC 7591 §3); empty: nobody has one
  std::int64_t open_registrations_per_day = 1'000;
  std::int64_t requests_per_client = 0;       ///< authenticated requests of one client in a minute; 0: unlimited
  bool client_id_metadata_documents = false;  ///< a client_id may be the address of the client's description

  std::chrono::seconds pushed_request_lifetime{90};  ///< a person has to begin by then (RFC 9126 §2.2)
  bool require_pushed_requests = false;              ///< RFC 9126 §5, for all clients

  /// Resource identifiers that access tokens may be asked for (RFC 8707).
  std::vector<std::string> resources;
  /// Scopes this server knows.
  std::vector<std::string> scopes{"openid", "profile", "email", "offline_access"};
};

inline constexpr std::string_view kUserInfoPath = "/api/auth/oauth2/userinfo";
inline constexpr std::string_view kPushedRequestPath = "/api/auth/oauth2/par";
inline constexpr std::string_view kTokenPath = "/api/auth/oauth2/token";
inline constexpr std::string_view kLegacyTokenPath = "/oauth2/token";
inline constexpr std::string_view kSignInPath = "/api/auth/sign-in/sigma";
inline constexpr std::string_view kSignUpPath = "/api/auth/sign-up/sigma";
/// Authentication context of every sign-in here: one factor, a key that only its holder can use.
inline constexpr std::string_view kAcr = "urn:mace:incommon:iap:bronze";

}  // namespace sigma::oauth
