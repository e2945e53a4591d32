#include "routes.hpp"

#include "routes/pages.hpp"

namespace sigma::service {

// The endpoints, by the file of routes/ in which they are.
namespace endpoints {

// session.cpp
extern const Endpoint sign_in_sigma, get_session, sign_out, list_sessions, revoke_session, revoke_sessions,
    revoke_other_sessions, ok;
// sign_up.cpp
extern const Endpoint sign_up_sigma;
// end_session.cpp
extern const Endpoint end_session, end_session_by_post, end_session_confirm;
// organization.cpp
extern const Endpoint list_organizations, set_active_organization, get_full_organization, get_active_member;
// invitations.cpp
extern const Endpoint refuse_invitation, get_invitation, no_invitations;
// consents.cpp
extern const Endpoint get_consents, get_consent, update_consent, delete_consent, store_consent_bap_id;
// account.cpp
extern const Endpoint update_user, delete_user, export_user;
// activity.cpp
extern const Endpoint activity;
// identities.cpp
extern const Endpoint list_identities, save_identity, bap_profile, last_oauth_identity, token_for_endpoint;
// backup.cpp
extern const Endpoint push_backup, pull_backup, keep_backup;
// wallets.cpp
extern const Endpoint list_wallets, wallet_challenge, connect_wallet, disconnect_wallet, set_primary_wallet;
// holdings.cpp
extern const Endpoint list_nfts, verify_ownership, subscription_status;
// authorize.cpp
extern const Endpoint authorize, authorize_by_post, legacy_authorize, oauth2_continue, oauth2_consent, public_client,
    auth_error;
// form_post.cpp
extern const Endpoint form_post;
// token.cpp
extern const Endpoint token, pushed_request, userinfo, userinfo_by_post, introspect, revoke;
// metadata.cpp
extern const Endpoint discovery, jwks, protected_resource, openapi;
// owner_clients.cpp
extern const Endpoint create_owned_client, get_owned_client, get_owned_clients, update_owned_client,
    delete_owned_client, rotate_owned_client_secret, list_oauth_clients, create_oauth_client;
// registration.cpp
extern const Endpoint register_client, get_registration, put_registration, delete_registration;
// device.cpp
extern const Endpoint device_code, device_token, device_status, device_approve, device_deny;

}  // namespace endpoints

namespace {

using namespace endpoints;
using enum http::Method;
using http::Cors;

struct Entry {
  http::Method method;
  const char* path;
  const Endpoint& endpoint;
  Cors cors;
  const char* spec;
  const char* summary;
  Limit limit = Limit::general;
};

constexpr const char* kBackupPath = "/api/backup";
constexpr const char* kBackupSyncPath = "/api/backup/sync";

constexpr Entry kTable[] = {
    // Sessions (contract §6)
    {post, "/api/auth/sign-in/sigma", sign_in_sigma, Cors::trusted, "Sigma contract §6", "Sign in with an X-Auth-Token",
     Limit::sign_in},
    {post, "/api/auth/sign-up/sigma", sign_up_sigma, Cors::trusted, "Sigma contract §6",
     "Enrol a member key: X-Auth-Token and X-Sigma-Enrollment-Proof", Limit::sign_in},
    {get, "/api/auth/get-session", get_session, Cors::trusted, "Sigma contract §6",
     "The current session and user, or null"},
    {post, "/api/auth/sign-out", sign_out, Cors::trusted, "Sigma contract §6", "End the session"},
    {get, "/api/auth/list-sessions", list_sessions, Cors::trusted, "Sigma contract §6", "The person's sessions"},
    {post, "/api/auth/revoke-session", revoke_session, Cors::trusted, "Sigma contract §6", "End one session"},
    {post, "/api/auth/revoke-sessions", revoke_sessions, Cors::trusted, "Sigma contract §6", "End all sessions"},
    {post, "/api/auth/revoke-other-sessions", revoke_other_sessions, Cors::trusted, "Sigma contract §6",
     "End all sessions but this one"},
    {get, "/api/auth/ok", ok, Cors::none, "Sigma contract §6", "Liveness for clients", Limit::none},
    {get, "/api/auth/organization/list", list_organizations, Cors::trusted, "Sigma contract §6",
     "The person's identities"},
    {post, "/api/auth/organization/set-active", set_active_organization, Cors::trusted, "Sigma contract §6",
     "Choose the current identity"},
    {get, "/api/auth/organization/get-full-organization", get_full_organization, Cors::trusted, "Sigma contract §6",
     "One identity with its owner"},
    {get, "/api/auth/organization/get-active-member", get_active_member, Cors::trusted, "Sigma contract §6",
     "The person as owner of the current identity"},
    {post, "/api/auth/organization/invite-member", refuse_invitation, Cors::trusted, "Sigma contract §6",
     "Refused: an identity has one owner"},
    {post, "/api/auth/organization/accept-invitation", refuse_invitation, Cors::trusted, "Sigma contract §6",
     "Refused: an identity has one owner"},
    {post, "/api/auth/organization/reject-invitation", refuse_invitation, Cors::trusted, "Sigma contract §6",
     "Refused: an identity has one owner"},
    {post, "/api/auth/organization/cancel-invitation", refuse_invitation, Cors::trusted, "Sigma contract §6",
     "Refused: an identity has one owner"},
    {get, "/api/auth/organization/get-invitation", get_invitation, Cors::trusted, "Sigma contract §6",
     "Refused: an identity has one owner"},
    {get, "/api/auth/organization/list-invitations", no_invitations, Cors::trusted, "Sigma contract §6",
     "Always empty"},
    {get, "/api/auth/organization/list-user-invitations", no_invitations, Cors::trusted, "Sigma contract §6",
     "Always empty"},
    {get, "/api/auth/oauth2/get-consents", get_consents, Cors::trusted, "Sigma contract §6",
     "What the person has agreed to"},
    {get, "/api/auth/oauth2/get-consent", get_consent, Cors::trusted, "Sigma contract §6", "One consent"},
    {post, "/api/auth/oauth2/update-consent", update_consent, Cors::trusted, "Sigma contract §6",
     "Take scopes out of a consent; tokens that hold them die"},
    {post, "/api/auth/oauth2/delete-consent", delete_consent, Cors::trusted, "Sigma contract §6",
     "Withdraw a consent; its tokens die with it"},
    {post, "/api/auth/sigma/store-consent-bap-id", store_consent_bap_id, Cors::trusted, "Sigma contract §6",
     "Choose the identity on the consent page (clients of 2025)"},
    // The account as a whole
    {post, "/api/auth/update-user", update_user, Cors::trusted, "better-auth", "The person's name and picture"},
    {post, "/api/auth/delete-user", delete_user, Cors::trusted, "better-auth",
     "Delete the account: a fresh session, or an X-Auth-Token of one of its keys", Limit::sign_in},
    {get, "/api/auth/activity", activity, Cors::trusted, "", "What has happened at the account, newest first"},
    {get, "/api/user/export", export_user, Cors::none, "", "Everything that is kept about the person", Limit::backup},
    // Identities and their backups (contract §8, §8b)
    {get, "/api/user/bap-ids", list_identities, Cors::trusted, "Sigma contract §8b",
     "The person's identities, or that of a key"},
    {post, "/api/user/bap-ids", save_identity, Cors::trusted, "Sigma contract §8b", "Change or add an identity"},
    {get, "/api/bap/profile", bap_profile, Cors::any, "Sigma contract §8b", "The profile of an identity"},
    {get, "/api/user/last-oauth-identity", last_oauth_identity, Cors::trusted, "Sigma contract §8b",
     "The identity last used with a client"},
    {post, "/api/auth/token-for-endpoint", token_for_endpoint, Cors::none, "Sigma contract §8b", "Not implemented"},
    {post, kBackupSyncPath, push_backup, Cors::any, "Sigma contract §8", "Keep an encrypted backup of an identity",
     Limit::backup},
    {get, kBackupSyncPath, pull_backup, Cors::any, "Sigma contract §8", "The encrypted backup of an identity",
     Limit::backup},
    {post, kBackupPath, keep_backup, Cors::trusted, "Sigma contract §8b",
     "Keep an encrypted backup of the current identity", Limit::backup},
    // Authorization (contract §2)
    {get, "/oauth2/authorize", authorize, Cors::none, "Sigma contract §2", "Authorization endpoint of Sigma clients",
     Limit::authorize},
    {post, "/oauth2/authorize", authorize_by_post, Cors::none, "Sigma contract §2",
     "Authorization endpoint of Sigma clients, by form post", Limit::authorize},
    {get, "/api/auth/oauth2/authorize", authorize, Cors::none, "RFC 6749 §3.1", "Authorization endpoint",
     Limit::authorize},
    {post, "/api/auth/oauth2/authorize", authorize_by_post, Cors::none, "OpenID Connect Core §3.1.2.1",
     "Authorization endpoint, by form post", Limit::authorize},
    {post, "/api/auth/oauth2/par", pushed_request, Cors::any, "RFC 9126 §2",
     "A client pushes its authorization request", Limit::token},
    {get, "/api/oauth/authorize", legacy_authorize, Cors::none, "Sigma contract §2", "Where clients of 2025 begin",
     Limit::none},
    {get, "/api/auth/oauth2/form-post", form_post, Cors::none, "OAuth 2.0 Form Post Response Mode",
     "Posts an answer to the application", Limit::none},
    {post, "/api/auth/oauth2/continue", oauth2_continue, Cors::none, "Sigma contract §6", "Go on after a page",
     Limit::authorize},
    {post, "/api/auth/oauth2/consent", oauth2_consent, Cors::none, "Sigma contract §6",
     "The person's answer on the consent page", Limit::authorize},
    {get, "/api/auth/oauth2/public-client", public_client, Cors::none, "Sigma contract §6",
     "Name and links of a client"},
    {get, "/api/auth/error", auth_error, Cors::none, "Sigma contract §6", "A page that shows an error", Limit::none},
    // Logout (contract §6)
    {get, "/api/auth/oauth2/end-session", end_session, Cors::none, "OpenID Connect RP-Initiated Logout §2",
     "An application asks to sign the person out"},
    {post, "/api/auth/oauth2/end-session", end_session_by_post, Cors::none, "OpenID Connect RP-Initiated Logout §2",
     "The same, by form post"},
    {get, "/api/auth/oauth2/endsession", end_session, Cors::none, "OpenID Connect RP-Initiated Logout §2",
     "Another name of end-session"},
    {post, "/api/auth/oauth2/endsession", end_session_by_post, Cors::none, "OpenID Connect RP-Initiated Logout §2",
     "Another name of end-session, by form post"},
    {post, "/api/auth/oauth2/end-session/confirm", end_session_confirm, Cors::none, "Sigma contract §6",
     "The person's yes to signing out"},
    // Tokens (contract §3, §4)
    {post, "/api/auth/oauth2/token", token, Cors::any, "RFC 6749 §3.2", "Token endpoint", Limit::token},
    {get, "/api/auth/oauth2/userinfo", userinfo, Cors::any, "OpenID Connect Core §5.3", "UserInfo endpoint",
     Limit::userinfo},
    {post, "/api/auth/oauth2/userinfo", userinfo_by_post, Cors::any, "OpenID Connect Core §5.3",
     "UserInfo endpoint, by form post", Limit::userinfo},
    {post, "/api/auth/oauth2/introspect", introspect, Cors::none, "RFC 7662 §2", "What a live token says",
     Limit::introspect},
    {post, "/api/auth/oauth2/revoke", revoke, Cors::any, "RFC 7009 §2", "End a token", Limit::revoke},
    {get, "/api/auth/jwks", jwks, Cors::any, "RFC 7517 §5", "Public signing keys", Limit::none},
    {get, "/.well-known/jwks.json", jwks, Cors::any, "RFC 7517 §5", "Public signing keys", Limit::none},
    {get, "/api/auth/openapi.json", openapi, Cors::any, "OpenAPI 3.1", "This document"},
    {get, "/.well-known/oauth-protected-resource", protected_resource, Cors::any, "RFC 9728 §3",
     "What protects this server's own API", Limit::none},
    {get, "/.well-known/oauth-protected-resource/api/auth/oauth2/userinfo", protected_resource, Cors::any,
     "RFC 9728 §3", "What protects userinfo", Limit::none},
    // Registration (contract §6, §8b)
    {post, "/api/auth/oauth2/create-client", create_owned_client, Cors::trusted, "Sigma contract §6",
     "A person registers a client"},
    {get, "/api/auth/oauth2/get-client", get_owned_client, Cors::trusted, "Sigma contract §6",
     "One of the person's clients"},
    {get, "/api/auth/oauth2/get-clients", get_owned_clients, Cors::trusted, "Sigma contract §6",
     "The clients of the person's identities"},
    {post, "/api/auth/oauth2/update-client", update_owned_client, Cors::trusted, "Sigma contract §6",
     "Change one of them"},
    {post, "/api/auth/oauth2/delete-client", delete_owned_client, Cors::trusted, "Sigma contract §6",
     "Delete one of them with its tokens"},
    {post, "/api/auth/oauth2/client/rotate-secret", rotate_owned_client_secret, Cors::trusted, "Sigma contract §6",
     "A new secret; the old one ends"},
    {get, "/api/oauth-clients", list_oauth_clients, Cors::trusted, "Sigma contract §8b",
     "A client by its id, or the person's"},
    {post, "/api/oauth-clients", create_oauth_client, Cors::trusted, "Sigma contract §8b",
     "Sigma's command line registers a client"},
    {post, "/api/auth/oauth2/register", register_client, Cors::any, "RFC 7591 §3", "A client registers itself",
     Limit::registration},
    {get, "/api/auth/oauth2/register/{client_id}", get_registration, Cors::any, "RFC 7592 §2.1",
     "A client reads its registration"},
    {put, "/api/auth/oauth2/register/{client_id}", put_registration, Cors::any, "RFC 7592 §2.2",
     "A client replaces its description", Limit::registration},
    {del, "/api/auth/oauth2/register/{client_id}", delete_registration, Cors::any, "RFC 7592 §2.3",
     "A client removes itself"},
    // Device flow (contract §5)
    {post, "/api/auth/device/code", device_code, Cors::any, "RFC 8628 §3.1", "A device asks for its codes",
     Limit::device},
    {post, "/api/auth/oauth2/device_authorization", device_code, Cors::any, "RFC 8628 §3.1",
     "Device authorization endpoint", Limit::device},
    {post, "/api/auth/device/token", device_token, Cors::any, "RFC 8628 §3.4", "A device polls for its tokens",
     Limit::device},
    {get, "/api/auth/device", device_status, Cors::none, "Sigma contract §5", "What waits behind a user code",
     Limit::device},
    {post, "/api/auth/device/approve", device_approve, Cors::none, "Sigma contract §5", "The person's yes",
     Limit::device},
    {post, "/api/auth/device/deny", device_deny, Cors::none, "Sigma contract §5", "The person's no", Limit::device},
};

// Each is there twice: clients say /api/auth/wallet/…, the cloud's documentation /api/wallet/… (contract §8, §13.22).
constexpr const char* kWalletRoots[] = {"/api/auth", "/api"};
constexpr Entry kWalletTable[] = {
    {get, "/wallet/connect", list_wallets, Cors::trusted, "Sigma contract §8", "The person's connected wallets"},
    {post, "/wallet/challenge", wallet_challenge, Cors::trusted, "EIP-4361",
     "A text whose signature connects a wallet to this account and no other"},
    {post, "/wallet/connect", connect_wallet, Cors::trusted, "Sigma contract §8",
     "Connect a wallet by a proof that its key signed", Limit::sign_in},
    {del, "/wallet/connect", disconnect_wallet, Cors::trusted, "Sigma contract §8", "Disconnect a wallet"},
    {post, "/wallet/set-primary", set_primary_wallet, Cors::trusted, "Sigma contract §8",
     "Choose the primary wallet of an identity"},
    {get, "/wallet/nfts", list_nfts, Cors::trusted, "Sigma contract §8", "The NFTs in the person's wallets",
     Limit::sign_in},
    {post, "/wallet/verify-ownership", verify_ownership, Cors::trusted, "Sigma contract §8",
     "Whether the person holds an NFT, or enough of a collection", Limit::sign_in},
    {get, "/subscription/status", subscription_status, Cors::trusted, "Sigma contract §8",
     "The person's subscription tier"},
};

// One document under all the names that clients ask for (contract §6).
constexpr const char* kDiscoveryPaths[] = {
    "/api/auth/.well-known/openid-configuration",       "/.well-known/openid-configuration",
    "/.well-known/openid-configuration/api/auth",       "/.well-known/oauth-authorization-server",
    "/.well-known/oauth-authorization-server/api/auth", "/api/auth/.well-known/oauth-authorization-server",
};

struct Bound {
  App* app;
  Handler* handler;
  Task<http::Response> operator()(http::Request request) const { return handler(*app, std::move(request)); }
};

}  // namespace

std::vector<PublicCall> public_calls() {
  std::vector<PublicCall> calls;
  const auto add = [&](const Entry& entry, std::string path) {
    calls.push_back(
        {entry.method, std::move(path), &entry.endpoint, entry.cors, entry.spec, entry.summary, entry.limit});
  };
  for (const Entry& entry : kTable) add(entry, entry.path);
  for (const char* root : kWalletRoots) {
    for (const Entry& entry : kWalletTable) add(entry, std::string(root) + entry.path);
  }
  for (const char* path : kDiscoveryPaths) {
    calls.push_back({get, path, &discovery, Cors::any, "OpenID Connect Discovery §4, RFC 8414 §3", "Discovery document",
                     Limit::none});
  }
  return calls;
}

std::vector<http::Route> public_routes(App& app, const PublicLimits& limits) {
  std::vector<http::Route> routes;
  for (PublicCall& call : public_calls()) {
    const auto& [method, path, endpoint, cors, spec, summary, limit] = call;
    routes.push_back({method,
                      path,
                      limited(Bound{&app, endpoint->handler}, limit, limits.rates, limits.limiter, limits.audit),
                      {.cors = cors,
                       .body_limit = limit == Limit::backup ? limits.backup_body : limits.body,
                       .spec = spec,
                       .summary = summary}});
  }
  for (http::Route& page : page_routes()) routes.push_back(std::move(page));
  return routes;
}

}  // namespace sigma::service
