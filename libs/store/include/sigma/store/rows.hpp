// What the store keeps, in the domain's words. Times are UTC milliseconds, public keys compressed secp256k1 in
// lower-case hex (66 characters), SecretHash the SHA-256 of a secret that nobody keeps (oauth::hash_secret()).
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
  std::string pubkey;
  std::optional<UtcTime> not_before;  ///< none: from ever
  std::optional<UtcTime> not_after;   ///< none: for ever
  bool operator==(const MemberKey&) const = default;
};

/// One of a client's secrets: two are good while one takes over from the other.
struct ClientSecret {
  SecretHash hash;
  UtcTime created_at;
  std::optional<UtcTime> expires_at;  ///< set on the old one when a new one is made
  bool operator==(const ClientSecret&) const = default;
};

/// A registered application (RFC 7591).
struct Client {
  ClientId id;
  std::string name;
  std::string auth_method;  ///< x_auth_token, client_secret_basic, client_secret_post, private_key_jwt, none
  std::vector<std::string> redirect_uris;  ///< compared as they stand; of native clients the port on loopback is free
  std::vector<std::string> grant_types;    ///< of oauth::kGrantTypes
  std::vector<std::string> scopes;         ///< allowed; empty: the server's defaults
  std::vector<MemberKey> member_keys;
  std::vector<ClientSecret> secrets;
  std::optional<BapId> owner_bap_id;             ///< the identity whose holder may change it; none: the operator's
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

/// An account. What applications see of a person comes from the identity they chose.
struct User {
  UserId id;         ///< `sub` of public clients: never changes
  std::string name;  ///< of the identity used last; an address until one has a name
  std::optional<std::string> email;
  bool email_verified = false;
  std::optional<std::string> image;        ///< a URL, never a data: URI
  std::optional<std::string> pubkey;       ///< first member key; unique
  std::string subscription_tier = "free";  ///< of wallet::kTiers, without what wallets give
  std::string roles = "user";              ///< comma-separated
  bool disabled = false;                   ///< signs in nowhere; its sessions and tokens have ended
  UtcTime created_at;
  UtcTime updated_at;
  bool operator==(const User&) const = default;
};

/// A BAP identity of a user. It belongs to one user at a time.
struct Profile {
  BapId bap_id;
  UserId user_id;
  std::string name;                           ///< chosen here; the BAP profile's own name comes first where it is shown
  std::optional<std::string> image;           ///< a URL, chosen here
  std::string member_pubkey;                  ///< the key that it came here with
  bool is_primary = false;                    ///< one of each user's
  std::int64_t counter = 0;                   ///< of the wallet: how often its keys were rotated
  core::Json profile = core::Json::object();  ///< the BAP profile as resolved, or the minimal one
  UtcTime created_at;
  UtcTime updated_at;
  bool operator==(const Profile&) const = default;
};

/// A browser, or a program, where a person is signed in.
struct Session {
  SessionId id;  ///< stays when the secret changes; `sid` is made of it
  SecretHash token_hash;
  UserId user_id;
  std::optional<BapId> active_bap_id;  ///< the current identity; none: the person is asked
  UtcTime auth_time;                   ///< when a key last signed in
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

/// A code on its way to the application (RFC 6749 §4.1.2): redeemed once.
struct AuthorizationCode {
  SecretHash hash;
  GrantId grant_id;  ///< under which its tokens will live and end
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

/// Live until `expires_at`, unless it, its grant or its user has ended.
struct AccessToken {
  SecretHash hash;
  GrantId grant_id;
  ClientId client_id;
  std::optional<UserId> user_id;  ///< none for client_credentials
  std::optional<SessionId> session_id;
  std::optional<BapId> bap_id;
  std::vector<std::string> scopes;
  std::vector<std::string> audience;  ///< resources it is for (RFC 8707); empty: this server's own endpoints
  core::Json details;                 ///< userinfo claims asked for, cnf, act …; null when none
  UtcTime auth_time;
  UtcTime created_at;
  UtcTime expires_at;
  std::optional<UtcTime> revoked_at;
  bool operator==(const AccessToken&) const = default;
};

/// Good for one rotation; a second one, after the grace period, ends its grant.
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

/// What a person has agreed that an application may know and do, by identity.
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

/// That there is a backup, without what is in it.
struct BackupVersion {
  std::int64_t version = 0;
  UtcTime created_at;
  bool operator==(const BackupVersion&) const = default;
};

/// A key pair that signs tokens. Its public half is published before `active_from` and until `expires_at`.
struct SigningKey {
  std::string kid;        ///< RFC 7638 thumbprint
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
