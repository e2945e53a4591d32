// What more than one file of routes/ names.
#include "openapi/public_api.hpp"

#include "sigma/oauth/grants/grant_types.hpp"

namespace sigma::service {
namespace {

constexpr const char* kSchemas = R"json({
  "ApiError": {
    "type": "object", "description": "As better-auth's clients read it", "required": ["message", "code"],
    "additionalProperties": false, "properties": {"message": {"type": "string"}, "code": {"type": "string"}}
  },
  "OAuthError": {
    "type": "object", "description": "RFC 6749 section 5.2; docs/reference/errors.md has them all",
    "required": ["error"], "additionalProperties": false,
    "properties": {"error": {"type": "string"}, "error_description": {"type": "string"}}
  },
  "NotFound": {
    "type": "object", "required": ["error"], "additionalProperties": false,
    "properties": {"error": {"type": "string"}, "message": {"type": "string"}}
  },
  "Time": {"type": "string", "pattern": "^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\\.[0-9]{3}Z$"},
  "Empty": {"type": "object"},
  "Success": {
    "type": "object", "required": ["success"], "additionalProperties": false,
    "properties": {"success": {"const": true}}
  },
  "Status": {
    "type": "object", "required": ["status"], "additionalProperties": false,
    "properties": {"status": {"const": true}}
  },
  "Redirect": {
    "type": "object", "required": ["redirect", "url"], "additionalProperties": false,
    "properties": {"redirect": {"const": true}, "url": {"type": "string"}}
  },
  "NothingArray": {"type": "array", "maxItems": 0},
  "AuthorizationRequest": {
    "type": "object", "description": "RFC 6749 section 4.1.1, OpenID Connect Core section 3.1.2.1",
    "properties": {
      "client_id": {"type": "string"}, "redirect_uri": {"type": "string"}, "response_type": {"type": "string"},
      "scope": {"type": "string"}, "state": {"type": "string"}, "code_challenge": {"type": "string"},
      "code_challenge_method": {"type": "string"}, "nonce": {"type": "string"}, "prompt": {"type": "string"},
      "max_age": {"type": "string"}, "login_hint": {"type": "string"}, "id_token_hint": {"type": "string"},
      "acr_values": {"type": "string"}, "ui_locales": {"type": "string"}, "display": {"type": "string"},
      "claims": {"type": "string"}, "resource": {"type": "string"}, "response_mode": {"type": "string"},
      "request_uri": {"type": "string"}, "dpop_jkt": {"type": "string"}, "client_secret": {"type": "string"},
      "client_assertion": {"type": "string"}, "client_assertion_type": {"type": "string"}
    }
  },
  "TokenRequest": {
    "type": "object", "required": ["grant_type"],
    "properties": {
      "grant_type": {},
      "code": {"type": "string"}, "redirect_uri": {"type": "string"}, "code_verifier": {"type": "string"},
      "refresh_token": {"type": "string"}, "scope": {"type": "string"}, "device_code": {"type": "string"},
      "subject_token": {"type": "string"}, "subject_token_type": {"type": "string"},
      "actor_token": {"type": "string"}, "actor_token_type": {"type": "string"},
      "requested_token_type": {"type": "string"}, "resource": {"type": "string"}, "audience": {"type": "string"},
      "client_id": {"type": "string"}, "client_secret": {"type": "string"},
      "client_assertion": {"type": "string"}, "client_assertion_type": {"type": "string"}
    }
  },
  "Tokens": {
    "type": "object", "required": ["access_token", "token_type", "expires_in"], "additionalProperties": false,
    "properties": {
      "access_token": {"type": "string"}, "token_type": {"enum": ["Bearer", "DPoP"]},
      "expires_in": {"type": "integer"}, "expires_at": {"type": "integer"}, "scope": {"type": "string"},
      "id_token": {"type": "string"}, "refresh_token": {"type": "string"},
      "issued_token_type": {"type": "string"}
    }
  },
  "ClientDescription": {
    "type": "object", "description": "RFC 7591 section 2; members that the server does not know are ignored",
    "properties": {
      "client_name": {"type": "string"}, "redirect_uris": {"type": "array", "items": {"type": "string"}},
      "grant_types": {"type": "array", "items": {"type": "string"}},
      "response_types": {"type": "array", "items": {"const": "code"}}, "scope": {"type": "string"},
      "token_endpoint_auth_method": {"type": "string"}, "client_uri": {"type": "string"},
      "logo_uri": {"type": "string"}, "policy_uri": {"type": "string"}, "tos_uri": {"type": "string"},
      "contacts": {"type": "array", "items": {"type": "string"}}, "jwks_uri": {"type": "string"},
      "jwks": {"type": "object"}, "application_type": {"enum": ["web", "native"]},
      "subject_type": {"enum": ["public", "pairwise"]}, "id_token_signed_response_alg": {"type": "string"},
      "post_logout_redirect_uris": {"type": "array", "items": {"type": "string"}},
      "backchannel_logout_uri": {"type": "string"}
    }
  }
})json";

}  // namespace

core::Json shared_schemas() {
  core::Json schemas = core::Json::parse(kSchemas);
  schemas["TokenRequest"]["properties"]["grant_type"]["enum"] = oauth::kGrantTypes;
  return schemas;
}

}  // namespace sigma::service
