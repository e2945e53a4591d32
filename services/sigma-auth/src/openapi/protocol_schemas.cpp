// Of the calls that applications make: authorization, tokens, registration, devices.
#include "openapi/public_schemas.hpp"

namespace sigma::service::openapi {
namespace {

constexpr const char* kSchemas = R"json({
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
  "PushedRequest": {
    "type": "object", "required": ["request_uri", "expires_in"], "additionalProperties": false,
    "properties": {"request_uri": {"type": "string"}, "expires_in": {"type": "integer"}}
  },
  "Continuation": {
    "type": "object", "required": ["oauth_query"],
    "properties": {
      "oauth_query": {"type": "string"}, "selected": {"type": "boolean"}, "created": {"type": "boolean"},
      "postLogin": {"type": "boolean"}
    }
  },
  "ConsentAnswer": {
    "type": "object", "required": ["oauth_query", "accept"],
    "properties": {"oauth_query": {"type": "string"}, "accept": {"type": "boolean"}, "scope": {"type": "string"}}
  },
  "PublicClient": {
    "type": "object", "required": ["client_id", "client_name", "verified", "redirect_uris"],
    "additionalProperties": false,
    "properties": {
      "client_id": {"type": "string"}, "client_name": {"type": "string"}, "verified": {"type": "boolean"},
      "redirect_uris": {"$ref": "#/components/schemas/NothingArray"}, "logo_uri": {"type": "string"},
      "client_uri": {"type": "string"}, "policy_uri": {"type": "string"}, "tos_uri": {"type": "string"},
      "contacts": {"type": "array", "items": {"type": "string"}}
    }
  },
  "EndSession": {
    "type": "object",
    "properties": {
      "id_token_hint": {"type": "string"}, "logout_hint": {"type": "string"}, "client_id": {"type": "string"},
      "post_logout_redirect_uri": {"type": "string"}, "state": {"type": "string"},
      "ui_locales": {"type": "string"}
    }
  },
  "EndSessionAnswer": {
    "type": "object", "required": ["confirmation"],
    "properties": {"confirmation": {"type": "string"}, "ui_locales": {"type": "string"}}
  },
  "TokenRequest": {
    "type": "object", "required": ["grant_type"],
    "properties": {
      "grant_type": {
        "enum": [
          "authorization_code", "refresh_token", "client_credentials",
          "urn:ietf:params:oauth:grant-type:device_code", "urn:ietf:params:oauth:grant-type:token-exchange"
        ]
      },
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
  "UserInfoRequest": {"type": "object", "properties": {"access_token": {"type": "string"}}},
  "Claims": {
    "type": "object", "description": "docs/reference/claims.md", "required": ["sub"],
    "properties": {
      "sub": {"type": "string"}, "name": {"type": "string"}, "pubkey": {"type": "string"},
      "bap_id": {"type": "string"}, "picture": {"type": "string"}, "email": {"type": "string"},
      "email_verified": {"type": "boolean"}, "updated_at": {"type": "integer"}
    }
  },
  "TokenQuestion": {
    "type": "object", "required": ["token"],
    "properties": {
      "token": {"type": "string"}, "token_type_hint": {"type": "string"}, "client_id": {"type": "string"},
      "client_secret": {"type": "string"}, "client_assertion": {"type": "string"},
      "client_assertion_type": {"type": "string"}
    }
  },
  "Introspection": {
    "type": "object", "required": ["active"],
    "properties": {
      "active": {"type": "boolean"}, "scope": {"type": "string"}, "client_id": {"type": "string"},
      "token_type": {"type": "string"}, "exp": {"type": "integer"}, "iat": {"type": "integer"},
      "sub": {"type": "string"}, "iss": {"type": "string"}
    }
  },
  "JwkSet": {
    "type": "object", "required": ["keys"], "additionalProperties": false,
    "properties": {
      "keys": {
        "type": "array",
        "items": {
          "type": "object", "required": ["kty", "kid", "alg", "use"], "additionalProperties": false,
          "properties": {
            "kty": {"type": "string"}, "kid": {"type": "string"}, "alg": {"type": "string"},
            "use": {"const": "sig"}, "n": {"type": "string"}, "e": {"type": "string"}, "crv": {"type": "string"},
            "x": {"type": "string"}, "y": {"type": "string"}
          }
        }
      }
    }
  },
  "ProtectedResource": {
    "type": "object", "description": "RFC 9728 section 2", "required": ["resource"],
    "properties": {"resource": {"type": "string"}}
  },
  "ServerMetadata": {
    "type": "object", "description": "OpenID Connect Discovery section 3, RFC 8414 section 2",
    "required": [
      "issuer", "authorization_endpoint", "token_endpoint", "jwks_uri", "response_types_supported",
      "subject_types_supported", "id_token_signing_alg_values_supported"
    ],
    "properties": {
      "issuer": {"type": "string"}, "authorization_endpoint": {"type": "string"},
      "token_endpoint": {"type": "string"}, "jwks_uri": {"type": "string"},
      "response_types_supported": {"type": "array", "items": {"type": "string"}},
      "subject_types_supported": {"type": "array", "items": {"type": "string"}},
      "id_token_signing_alg_values_supported": {"type": "array", "items": {"type": "string"}}
    }
  },
  "OpenApi": {
    "type": "object", "required": ["openapi", "info", "paths"],
    "properties": {"openapi": {"const": "3.1.0"}, "info": {"type": "object"}, "paths": {"type": "object"}}
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
  },
  "OwnedClient": {
    "type": "object",
    "required": [
      "client_id", "client_id_issued_at", "client_name", "token_endpoint_auth_method", "redirect_uris",
      "grant_types", "response_types", "member_pubkeys", "skip_consent", "disabled", "owner_bap_id",
      "ownerBapId"
    ],
    "properties": {
      "client_id": {"type": "string"}, "client_id_issued_at": {"type": "integer"},
      "client_secret": {"type": "string"}, "client_secret_expires_at": {"type": "integer"},
      "member_pubkeys": {"type": "array"}, "skip_consent": {"type": "boolean"}, "disabled": {"type": "boolean"},
      "owner_bap_id": {"type": "string"}, "ownerBapId": {"type": "string"}, "memberPubkey": {"type": "string"},
      "verified": {"type": "boolean"}, "client_name": {"type": "string"},
      "redirect_uris": {"type": "array", "items": {"type": "string"}},
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
  },
  "OwnedClientArray": {"type": "array", "items": {"$ref": "#/components/schemas/OwnedClient"}},
  "ClientId": {"type": "object", "required": ["client_id"], "properties": {"client_id": {"type": "string"}}},
  "ClientUpdate": {
    "type": "object", "required": ["client_id", "update"],
    "properties": {"client_id": {"type": "string"}, "update": {"$ref": "#/components/schemas/ClientDescription"}}
  },
  "CommandLineClientInfo": {
    "type": "object", "required": ["clientId", "name"],
    "properties": {
      "clientId": {"type": "string"}, "name": {"type": "string"}, "ownerBapId": {"type": "string"},
      "verified": {"type": "boolean"}, "accountPubkey": {"type": ["string", "null"]},
      "memberPubkey": {"type": ["string", "null"]},
      "redirectUris": {"type": "array", "items": {"type": "string"}}
    }
  },
  "CommandLineClients": {
    "type": "object", "required": ["clients"], "additionalProperties": false,
    "properties": {"clients": {"type": "array", "items": {"$ref": "#/components/schemas/CommandLineClientInfo"}}}
  },
  "CommandLineClient": {
    "type": "object", "required": ["client"], "additionalProperties": false,
    "properties": {"client": {"$ref": "#/components/schemas/CommandLineClientInfo"}}
  },
  "CommandLineClientRequest": {
    "type": "object", "required": ["clientId", "ownerBapId"],
    "properties": {
      "clientId": {"type": "string"}, "ownerBapId": {"type": "string"}, "name": {"type": "string"},
      "redirectUris": {"type": "array", "items": {"type": "string"}}, "accountPubkey": {"type": "string"}
    }
  },
  "Registration": {
    "type": "object",
    "required": [
      "client_id", "client_id_issued_at", "token_endpoint_auth_method", "redirect_uris", "grant_types",
      "response_types", "registration_access_token", "registration_client_uri"
    ],
    "properties": {
      "client_id": {"type": "string"}, "client_id_issued_at": {"type": "integer"},
      "client_secret": {"type": "string"}, "client_secret_expires_at": {"type": "integer"},
      "registration_access_token": {"type": "string"}, "registration_client_uri": {"type": "string"},
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
  },
  "DeviceRequest": {
    "type": "object", "required": ["client_id"],
    "properties": {"client_id": {"type": "string"}, "scope": {"type": "string"}, "client_secret": {"type": "string"}}
  },
  "DeviceCodes": {
    "type": "object",
    "required": ["device_code", "user_code", "verification_uri", "verification_uri_complete", "expires_in", "interval"],
    "additionalProperties": false,
    "properties": {
      "device_code": {"type": "string"}, "user_code": {"type": "string"}, "verification_uri": {"type": "string"},
      "verification_uri_complete": {"type": "string"}, "expires_in": {"type": "integer"},
      "interval": {"type": "integer"}
    }
  },
  "DeviceStatus": {
    "type": "object", "required": ["user_code", "status"],
    "properties": {
      "user_code": {"type": "string"}, "status": {"type": "string"}, "client_id": {"type": "string"},
      "client_name": {"type": "string"}, "client_uri": {"type": "string"}, "logo_uri": {"type": "string"},
      "scope": {"type": "string"}, "age": {"type": "integer"}, "expires_in": {"type": "integer"},
      "verified": {"type": "boolean"}
    }
  },
  "DeviceAnswer": {
    "type": "object",
    "properties": {
      "userCode": {"type": "string"}, "user_code": {"type": "string"}, "bapId": {"type": ["string", "null"]},
      "bap_id": {"type": ["string", "null"]}
    }
  }
})json";

}  // namespace

core::Json protocol_schemas() {
  return core::Json::parse(kSchemas);
}

}  // namespace sigma::service::openapi
