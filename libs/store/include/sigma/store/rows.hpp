// What the store keeps, in the domain's words. Times are UTC milliseconds.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "sigma/core/clock.hpp"
#include "sigma/core/json.hpp"
#include "sigma/store/ids.hpp"

namespace sigma::store {

using core::UtcTime;

/// A member public key registered for a client, with its period of validity.
struct MemberKey {
  std::string pubkey;  ///< compressed, lower-case hex
  std::optional<UtcTime> not_before;
  std::optional<UtcTime> not_after;
  bool operator==(const MemberKey&) const = default;
};

struct ClientSecret {
  SecretHash hash;
  UtcTime created_at;
  std::optional<UtcTime> expires_at;  ///< set on the old one when a new one is made
  bool operator==(const ClientSecret&) const = default;
};

struct Client {
  ClientId id;
  std::string name;
  std::string auth_method;  ///< x_auth_token, client_secret_basic, client_secret_post, private_key_jwt, none
  std::vector<std::string> redirect_uris;
  std::vector<std::string> grant_types;
  std::vector<std::string> scopes;  ///< allowed; empty: the server's defaults
  std::vector<MemberKey> member_keys;
  std::vector<ClientSecret> secrets;
  std::optional<BapId> owner_bap_id;
  std::optional<SecretHash> registration_token;  ///< RFC 7592; only clients that registered themselves have one
  bool skip_consent = false;
  bool disabled = false;
  /// Further RFC 7591 members as given: logo_uri, client_uri, contacts, tos_uri, policy_uri, application_type,
  /// id_token_signed_response_alg, post_logout_redirect_uris, jwks, jwks_uri, subject_type …
  core::Json metadata = core::Json::object();
  std::optional<UtcTime> expires_at;  ///< removed then: a client that registered itself and that nobody has used
  UtcTime created_at;
  UtcTime updated_at;
  bool operator==(const Client&) const = default;
};

struct User {
  UserId id;
  std::string name;
  std::optional<std::string> email;
  bool email_verified = false;
  std::optional<std::string> image;
  std::optional<std::string> pubkey;  ///< first member key; unique
  std::string subscription_tier = "free";
  std::string roles = "user";
  bool disabled = false;
  UtcTime created_at;
  UtcTime updated_at;
  bool operator==(const User&) const = default;
};

/// A BAP identity of a user.
struct Profile {
  BapId bap_id;
  UserId user_id;
  std::string name;
  std::optional<std::string> image;
  std::string member_pubkey;
  bool is_primary = false;
  std::int64_t counter = 0;
  core::Json profile = core::Json::object();  ///< the BAP profile as resolved, or the minimal one
  UtcTime created_at;
  UtcTime updated_at;
  bool operator==(const Profile&) const = default;
};

struct Session {
  SessionId id;
  SecretHash token_hash;
  UserId user_id;
  std::optional<BapId> active_bap_id;
  UtcTime auth_time;
  std::string ip_address;
  std::string user_agent;
  UtcTime created_at;
  UtcTime updated_at;
  UtcTime expires_at;
  bool operator==(const Session&) const = default;
};

/// A session with its user, as every signed-in request needs them: one look-up.
struct SessionWithUser {
  Session session;
  User user;
  bool operator==(const SessionWithUser&) const = default;
};

struct AuthorizationCode {
  SecretHash hash;
  GrantId grant_id;
  ClientId client_id;
  UserId user_id;
  SessionId session_id;
  std::optional<BapId> bap_id;
  std::string redirect_uri;
  bool redirect_uri_was_sent = true;
  std::optional<std::string> code_challenge;  ///< S256 (RFC 7636 §4.2)
  std::vector<std::string> scopes;
  std::optional<std::string> nonce;
  std::optional<std::string> acr;
  core::Json claims;  ///< OIDC `claims` parameter, null when absent
  std::vector<std::string> resources;
  std::optional<std::string> dpop_jkt;  ///< thumbprint of the key that must redeem it (RFC 9449 §10)
  UtcTime auth_time;
  UtcTime created_at;
  UtcTime expires_at;
  std::optional<UtcTime> consumed_at;
  std::optional<UtcTime> revoked_at;  ///< by sign-out, by a withdrawn consent, or because it was used twice
  bool operator==(const AuthorizationCode&) const = default;
};

struct AccessToken {
  SecretHash hash;
  GrantId grant_id;
  ClientId client_id;
  std::optional<UserId> user_id;  ///< none for client_credentials
  std::optional<SessionId> session_id;
  std::optional<BapId> bap_id;
  std::vector<std::string> scopes;
  std::vector<std::string> audience;
  core::Json details;  ///< userinfo claims asked for, cnf, act …; null when none
  UtcTime auth_time;
  UtcTime created_at;
  UtcTime expires_at;
  std::optional<UtcTime> revoked_at;
  bool operator==(const AccessToken&) const = default;
};

struct RefreshToken {
  SecretHash hash;
  GrantId grant_id;
  ClientId client_id;
  UserId user_id;
  SessionId session_id;
  std::optional<BapId> bap_id;
  std::vector<std::string> scopes;
  std::vector<std::string> resources;
  core::Json details;  ///< nonce, acr, claims … that successors keep; null when none
  UtcTime auth_time;
  UtcTime created_at;
  UtcTime expires_at;
  std::optional<UtcTime> rotated_at;
  std::optional<UtcTime> revoked_at;
  /// The answer of the rotation, sealed under a key that only the holder of this token can derive: an identical retry
  /// within the grace period gets the identical answer.
  std::optional<std::string> sealed_answer;
  std::optional<std::string> request_fingerprint;  ///< of the request that rotated it
  bool operator==(const RefreshToken&) const = default;
};

/// What a redemption or rotation stores together with consuming its one-time input.
struct IssuedTokens {
  AccessToken access;
  std::optional<RefreshToken> refresh;
};

enum class Consumed {
  done,       ///< this call consumed it
  already,    ///< it was consumed (or revoked) before
  not_found,  ///< unknown or removed
};

/// An authorization request that the client pushed (RFC 9126).
struct PushedRequest {
  SecretHash hash;  ///< of the request_uri
  ClientId client_id;
  std::string parameters;  ///< form-encoded
  UtcTime created_at;
  UtcTime request_expires_at;  ///< until then a person may begin with it
  std::optional<UtcTime> consumed_at;
  UtcTime expires_at;  ///< of the row
  bool operator==(const PushedRequest&) const = default;
};

enum class DeviceCodeStatus { pending, approved, denied };

/// A device's request to be signed in (RFC 8628).
struct DeviceCode {
  SecretHash hash;            ///< of the device code
  SecretHash user_code_hash;  ///< of the user code in canonical form
  ClientId client_id;
  std::vector<std::string> scopes;
  DeviceCodeStatus status = DeviceCodeStatus::pending;
  std::int64_t poll_interval = 5;  ///< seconds
  std::optional<UtcTime> last_polled_at;
  std::optional<std::string> network;  ///< where the device asked from, as http::coarse_network()
  // Set by the person's answer.
  std::optional<GrantId> grant_id;  ///< of an approval
  std::optional<UserId> user_id;
  std::optional<SessionId> session_id;
  std::optional<BapId> bap_id;
  std::optional<UtcTime> auth_time;
  UtcTime created_at;
  UtcTime expires_at;
  std::optional<UtcTime> consumed_at;
  bool operator==(const DeviceCode&) const = default;
};

/// The end of a session that a client has still to be told of (OpenID Connect Back-Channel Logout).
struct LogoutDelivery {
  SessionId session_id;
  ClientId client_id;
  UserId user_id;
  std::int64_t attempts = 0;  ///< begun so far
  UtcTime next_attempt_at;    ///< not before; while a worker is at it: the end of its lease
  UtcTime created_at;
  bool operator==(const LogoutDelivery&) const = default;
};

struct Consent {
  UserId user_id;
  ClientId client_id;
  std::optional<BapId> bap_id;
  std::vector<std::string> scopes;
  UtcTime created_at;
  UtcTime updated_at;
  bool operator==(const Consent&) const = default;
};

/// An encrypted backup of an identity. Numbers grow by one for each backup of an identity and are never used again.
struct Backup {
  BapId bap_id;
  std::int64_t version = 0;
  std::string content;  ///< opaque
  UtcTime created_at;
  bool operator==(const Backup&) const = default;
};

struct BackupVersion {
  std::int64_t version = 0;
  UtcTime created_at;
  bool operator==(const BackupVersion&) const = default;
};

struct SigningKey {
  std::string kid;
  std::string algorithm;  ///< JOSE name: RS256 …
  core::Json public_jwk;
  std::string sealed_private;  ///< sealed with the server's secret
  UtcTime created_at;
  UtcTime active_from;                ///< signs from here on
  std::optional<UtcTime> retired_at;  ///< stops signing; stays published until `expires_at`
  std::optional<UtcTime> expires_at;
  bool operator==(const SigningKey&) const = default;
};

}  // namespace sigma::store
