// What each call of the public listener takes and answers, by method and path; openapi.cpp makes OpenAPI of it, and
// answers of the whole of tests/e2e are held against that.
//
//   who      any one of them lets a caller in; left out: nobody is asked
//   query    parameters by name, "!" after those that must be there; a schema, or null: any text
//   json, form, either   the body's schema: JSON, a form, or as the caller likes
//   ok       status → schema; "" has no body, "page" is HTML, and 302 goes elsewhere
//   errors   api: {"message","code"}, oauth: {"error","error_description"}, page: HTML or oauth's for scripts
//   same     as another call
#include "openapi/public_api.hpp"

namespace sigma::service {
namespace {

constexpr const char* kSessions = R"json({
  "POST /api/auth/sign-in/sigma": {"who": ["x_auth_token"], "either": "IdentityChoice", "ok": {"200": "SignedIn"}},
  "POST /api/auth/sign-up/sigma": {"who": ["x_auth_token"], "json": "SignUp", "ok": {"200": "SignedUp"}},
  "GET /api/auth/get-session": {"who": ["session", "bearer"], "ok": {"200": "SessionOrNull"}},
  "POST /api/auth/sign-out": {"who": ["session"], "json": "Empty", "ok": {"200": "Success"}},
  "GET /api/auth/list-sessions": {"who": ["session"], "ok": {"200": "SessionArray"}},
  "POST /api/auth/revoke-session": {"who": ["session"], "json": "SessionToken", "ok": {"200": "Status"}},
  "POST /api/auth/revoke-sessions": {"who": ["session"], "json": "Empty", "ok": {"200": "Status"}},
  "POST /api/auth/revoke-other-sessions": {"same": "POST /api/auth/revoke-sessions"},
  "GET /api/auth/ok": {"ok": {"200": "Ok"}},
  "GET /api/auth/organization/list": {"who": ["session"], "ok": {"200": "OrganizationArray"}},
  "POST /api/auth/organization/set-active": {
    "who": ["session"], "json": "OrganizationChoice", "ok": {"200": "Organization"}
  },
  "GET /api/auth/organization/get-full-organization": {
    "who": ["session"], "query": {"organizationId": null}, "ok": {"200": "FullOrganization"}
  },
  "GET /api/auth/organization/get-active-member": {"who": ["session"], "ok": {"200": "OrganizationMember"}},
  "POST /api/auth/organization/invite-member": {"who": ["session"], "json": "Empty", "ok": {}},
  "POST /api/auth/organization/accept-invitation": {"same": "POST /api/auth/organization/invite-member"},
  "POST /api/auth/organization/reject-invitation": {"same": "POST /api/auth/organization/invite-member"},
  "POST /api/auth/organization/cancel-invitation": {"same": "POST /api/auth/organization/invite-member"},
  "GET /api/auth/organization/get-invitation": {"who": ["session"], "query": {"id": null}, "ok": {}},
  "GET /api/auth/organization/list-invitations": {"who": ["session"], "ok": {"200": "NothingArray"}},
  "GET /api/auth/organization/list-user-invitations": {"who": ["session"], "ok": {"200": "NothingArray"}},
  "GET /api/auth/oauth2/get-consents": {"who": ["session"], "ok": {"200": "ConsentArray"}, "errors": "oauth"},
  "GET /api/auth/oauth2/get-consent": {"who": ["session"], "query": {"id!": null}, "ok": {"200": "Consent"}, "errors": "oauth"},
  "POST /api/auth/oauth2/update-consent": {
    "who": ["session"], "json": "ConsentUpdate", "ok": {"200": "Consent"}, "errors": "oauth"
  },
  "POST /api/auth/oauth2/delete-consent": {
    "who": ["session"], "json": "ConsentId", "ok": {"200": "Success"}, "errors": "oauth"
  },
  "POST /api/auth/sigma/store-consent-bap-id": {"who": ["session"], "json": "ConsentIdentity", "ok": {"200": "Success"}},
  "POST /api/auth/update-user": {"who": ["session"], "json": "UserUpdate", "ok": {"200": "Status"}},
  "POST /api/auth/delete-user": {"who": ["session"], "json": "Empty", "ok": {"200": "Deleted"}},
  "GET /api/auth/activity": {
    "who": ["session"],
    "query": {"limit": {"type": "integer", "minimum": 1, "maximum": 200, "default": 50}, "cursor": null},
    "ok": {"200": "Activity"}
  },
  "GET /api/user/export": {"who": ["session"], "ok": {"200": "Export"}}
})json";

constexpr const char* kIdentities = R"json({
  "GET /api/user/bap-ids": {
    "who": ["session", "x_auth_token"], "query": {"pubkey": null}, "ok": {"200": "IdentityList"}
  },
  "POST /api/user/bap-ids": {"who": ["session"], "json": "IdentityChange", "ok": {"200": "IdentityChanged"}},
  "GET /api/bap/profile": {"query": {"bapId!": null}, "ok": {"200": "PublicProfile"}, "errors": "not_found"},
  "GET /api/user/last-oauth-identity": {
    "who": ["session"], "query": {"clientId!": null, "pubkey": null}, "ok": {"200": "LastIdentity"}
  },
  "POST /api/auth/token-for-endpoint": {"json": "Empty", "ok": {}},
  "POST /api/backup/sync": {"who": ["x_auth_token"], "json": "BackupPush", "ok": {"200": "BackupKept"}},
  "GET /api/backup/sync": {
    "who": ["x_auth_token"], "query": {"bapId!": null, "version": {"type": "integer", "minimum": 1}},
    "ok": {"200": "Backup"}, "errors": "not_found"
  },
  "POST /api/backup": {"who": ["session"], "json": "BackupOfCurrent", "ok": {"200": "BackupOfCurrentKept"}},
  "GET /api/auth/wallet/connect": {"who": ["session"], "query": {"bapId": null}, "ok": {"200": "WalletList"}},
  "POST /api/auth/wallet/challenge": {"who": ["session"], "json": "WalletChallengeRequest", "ok": {"200": "WalletChallenge"}},
  "POST /api/auth/wallet/connect": {"who": ["session"], "json": "WalletConnect", "ok": {"200": "WalletConnected"}},
  "DELETE /api/auth/wallet/connect": {
    "who": ["session"], "query": {"bapId!": null, "address!": null}, "ok": {"200": "WalletDisconnected"}
  },
  "POST /api/auth/wallet/set-primary": {"who": ["session"], "json": "WalletPrimary", "ok": {"200": "WalletPrimaryAnswer"}},
  "GET /api/auth/wallet/nfts": {
    "who": ["session"],
    "query": {
      "limit": {"type": "integer", "minimum": 0, "maximum": 500},
      "offset": {"type": "integer", "minimum": 0, "maximum": 500}, "refresh": {"enum": ["true"]}
    },
    "ok": {"200": "NftList"}
  },
  "POST /api/auth/wallet/verify-ownership": {"who": ["session"], "json": "OwnershipQuestion", "ok": {"200": "Ownership"}},
  "GET /api/auth/subscription/status": {"who": ["session"], "ok": {"200": "Subscription"}},
  "GET /api/wallet/connect": {"same": "GET /api/auth/wallet/connect"},
  "POST /api/wallet/challenge": {"same": "POST /api/auth/wallet/challenge"},
  "POST /api/wallet/connect": {"same": "POST /api/auth/wallet/connect"},
  "DELETE /api/wallet/connect": {"same": "DELETE /api/auth/wallet/connect"},
  "POST /api/wallet/set-primary": {"same": "POST /api/auth/wallet/set-primary"},
  "GET /api/wallet/nfts": {"same": "GET /api/auth/wallet/nfts"},
  "POST /api/wallet/verify-ownership": {"same": "POST /api/auth/wallet/verify-ownership"},
  "GET /api/subscription/status": {"same": "GET /api/auth/subscription/status"}
})json";

constexpr const char* kAuthorization = R"json({
  "GET /oauth2/authorize": {
    "query": {
      "client_id!": null, "redirect_uri": null, "response_type": {"const": "code"}, "scope": null, "state": null,
      "code_challenge": null, "code_challenge_method": {"const": "S256"}, "nonce": null, "prompt": null,
      "max_age": {"type": "integer", "minimum": 0}, "login_hint": null, "id_token_hint": null, "acr_values": null,
      "ui_locales": null, "display": null, "claims": null, "resource": {"type": "array", "items": {"type": "string"}},
      "response_mode": {"enum": ["query", "form_post"]}, "request_uri": null, "dpop_jkt": null, "bap_id": null
    },
    "ok": {"200": "redirect_or_page", "302": ""}, "errors": "page"
  },
  "POST /oauth2/authorize": {"form": "AuthorizationRequest", "ok": {"200": "redirect_or_page", "302": ""}, "errors": "page"},
  "GET /api/auth/oauth2/authorize": {"same": "GET /oauth2/authorize"},
  "POST /api/auth/oauth2/authorize": {"same": "POST /oauth2/authorize"},
  "GET /api/oauth/authorize": {"same": "GET /oauth2/authorize"},
  "POST /api/auth/oauth2/par": {
    "who": ["client", "x_auth_token", "public"], "form": "AuthorizationRequest", "ok": {"201": "PushedRequest"},
    "errors": "oauth"
  },
  "GET /api/auth/oauth2/form-post": {"query": {"response!": null}, "ok": {"200": "page"}, "errors": "page"},
  "POST /api/auth/oauth2/continue": {"who": ["session"], "json": "Continuation", "ok": {"200": "Redirect"}, "errors": "oauth"},
  "POST /api/auth/oauth2/consent": {"who": ["session"], "json": "ConsentAnswer", "ok": {"200": "Redirect"}, "errors": "oauth"},
  "GET /api/auth/oauth2/public-client": {"query": {"client_id!": null}, "ok": {"200": "PublicClient"}, "errors": "oauth"},
  "GET /api/auth/error": {"query": {"error": null, "error_description": null}, "ok": {}, "errors": "page"},
  "GET /api/auth/oauth2/end-session": {
    "query": {
      "id_token_hint": null, "logout_hint": null, "client_id": null, "post_logout_redirect_uri": null, "state": null,
      "ui_locales": null
    },
    "ok": {"200": "page", "302": ""}, "errors": "page"
  },
  "POST /api/auth/oauth2/end-session": {
    "form": "EndSession", "ok": {"200": "page", "302": "", "303": ""}, "errors": "page"
  },
  "GET /api/auth/oauth2/endsession": {"same": "GET /api/auth/oauth2/end-session"},
  "POST /api/auth/oauth2/endsession": {"same": "POST /api/auth/oauth2/end-session"},
  "POST /api/auth/oauth2/end-session/confirm": {
    "form": "EndSessionAnswer", "ok": {"200": "page", "302": ""}, "errors": "page"
  }
})json";

constexpr const char* kTokens = R"json({
  "POST /api/auth/oauth2/token": {
    "who": ["client", "x_auth_token", "public"], "form": "TokenRequest", "ok": {"200": "Tokens"}, "errors": "oauth"
  },
  "GET /api/auth/oauth2/userinfo": {"who": ["bearer", "dpop"], "ok": {"200": "Claims"}, "errors": "oauth"},
  "POST /api/auth/oauth2/userinfo": {
    "who": ["bearer", "dpop", "public"], "form": "UserInfoRequest", "body_optional": true, "ok": {"200": "Claims"},
    "errors": "oauth"
  },
  "POST /api/auth/oauth2/introspect": {
    "who": ["client", "x_auth_token"], "form": "TokenQuestion", "ok": {"200": "Introspection"}, "errors": "oauth"
  },
  "POST /api/auth/oauth2/revoke": {
    "who": ["client", "x_auth_token", "public"], "form": "TokenQuestion", "ok": {"200": "Empty"}, "errors": "oauth"
  },
  "GET /api/auth/jwks": {"ok": {"200": "JwkSet"}},
  "GET /.well-known/jwks.json": {"same": "GET /api/auth/jwks"},
  "GET /.well-known/oauth-protected-resource": {"ok": {"200": "ProtectedResource"}},
  "GET /.well-known/oauth-protected-resource/api/auth/oauth2/userinfo": {"ok": {"200": "ProtectedResource"}},
  "GET /.well-known/openid-configuration": {"ok": {"200": "ServerMetadata"}},
  "GET /api/auth/.well-known/openid-configuration": {"same": "GET /.well-known/openid-configuration"},
  "GET /.well-known/openid-configuration/api/auth": {"same": "GET /.well-known/openid-configuration"},
  "GET /.well-known/oauth-authorization-server": {"same": "GET /.well-known/openid-configuration"},
  "GET /.well-known/oauth-authorization-server/api/auth": {"same": "GET /.well-known/openid-configuration"},
  "GET /api/auth/.well-known/oauth-authorization-server": {"same": "GET /.well-known/openid-configuration"},
  "GET /api/auth/openapi.json": {"ok": {"200": "OpenApi"}}
})json";

constexpr const char* kClients = R"json({
  "POST /api/auth/oauth2/create-client": {
    "who": ["session"], "json": "ClientDescription", "ok": {"201": "OwnedClient"}, "errors": "oauth"
  },
  "GET /api/auth/oauth2/get-client": {
    "who": ["session"], "query": {"client_id!": null}, "ok": {"200": "OwnedClient"}, "errors": "oauth"
  },
  "GET /api/auth/oauth2/get-clients": {"who": ["session"], "ok": {"200": "OwnedClientArray"}, "errors": "oauth"},
  "POST /api/auth/oauth2/update-client": {
    "who": ["session"], "json": "ClientUpdate", "ok": {"200": "OwnedClient"}, "errors": "oauth"
  },
  "POST /api/auth/oauth2/delete-client": {"who": ["session"], "json": "ClientId", "ok": {"200": "Success"}, "errors": "oauth"},
  "POST /api/auth/oauth2/client/rotate-secret": {
    "who": ["session"], "json": "ClientId", "ok": {"200": "OwnedClient"}, "errors": "oauth"
  },
  "GET /api/oauth-clients": {
    "who": ["session", "public"], "query": {"clientId": null}, "ok": {"200": "CommandLineClients"}, "errors": "oauth"
  },
  "POST /api/oauth-clients": {
    "who": ["x_auth_token"], "json": "CommandLineClientRequest", "ok": {"201": "CommandLineClient"}, "errors": "oauth"
  },
  "POST /api/auth/oauth2/register": {
    "who": ["registration_token", "public"], "json": "ClientDescription", "ok": {"201": "Registration"}, "errors": "oauth"
  },
  "GET /api/auth/oauth2/register/{client_id}": {
    "who": ["registration_token"], "ok": {"200": "Registration"}, "errors": "oauth"
  },
  "PUT /api/auth/oauth2/register/{client_id}": {
    "who": ["registration_token"], "json": "ClientDescription", "ok": {"200": "Registration"}, "errors": "oauth"
  },
  "DELETE /api/auth/oauth2/register/{client_id}": {"who": ["registration_token"], "ok": {"204": ""}, "errors": "oauth"},
  "POST /api/auth/device/code": {
    "who": ["client", "x_auth_token", "public"], "either": "DeviceRequest", "ok": {"200": "DeviceCodes"}, "errors": "oauth"
  },
  "POST /api/auth/oauth2/device_authorization": {"same": "POST /api/auth/device/code"},
  "POST /api/auth/device/token": {
    "who": ["client", "x_auth_token", "public"], "either": "TokenRequest", "ok": {"200": "Tokens"}, "errors": "oauth"
  },
  "GET /api/auth/device": {
    "who": ["session", "public"], "query": {"user_code!": null}, "ok": {"200": "DeviceStatus"}, "errors": "oauth"
  },
  "POST /api/auth/device/approve": {"who": ["session"], "json": "DeviceAnswer", "ok": {"200": "Success"}, "errors": "oauth"},
  "POST /api/auth/device/deny": {"who": ["session"], "json": "DeviceAnswer", "ok": {"200": "Success"}, "errors": "oauth"}
})json";

}  // namespace

core::Json public_operations() {
  core::Json all = core::Json::object();
  for (const char* part : {kSessions, kIdentities, kAuthorization, kTokens, kClients})
    all.update(core::Json::parse(part));
  return all;
}

}  // namespace sigma::service
