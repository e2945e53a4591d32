// What the admin API takes and answers, as JSON Schema. tests/e2e/openapi.test.mjs holds real answers against it.
#include "admin/openapi.hpp"

namespace sigma::service {
namespace {

constexpr const char* kSchemas = R"json({
  "Problem": {
    "type": "object", "required": ["type", "title", "status", "detail"],
    "properties": {
      "type": {"type": "string"}, "title": {"type": "string"}, "detail": {"type": "string"},
      "status": {"type": "integer", "minimum": 400, "maximum": 599}, "code": {"type": "string"}
    }
  },
  "Time": {"type": "string", "pattern": "^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\\.[0-9]{3}Z$"},
  "Text": {"type": "string"},
  "MemberKey": {
    "oneOf": [
      {"type": "string"},
      {
        "type": "object", "required": ["pubkey"], "additionalProperties": false,
        "properties": {
          "pubkey": {"type": "string"}, "not_before": {"$ref": "#/components/schemas/Time"},
          "not_after": {"$ref": "#/components/schemas/Time"}
        }
      }
    ]
  },
  "MemberKeyRequest": {
    "type": "object", "required": ["pubkey"], "additionalProperties": false,
    "properties": {
      "pubkey": {"type": "string", "description": "Compressed, in hex"}, "not_before": {"type": "string"},
      "not_after": {"type": "string"}
    }
  },
  "ClientRequest": {
    "type": "object",
    "properties": {
      "client_id": {"type": "string"}, "client_name": {"type": "string"},
      "redirect_uris": {"type": "array", "items": {"type": "string"}},
      "post_logout_redirect_uris": {"type": "array", "items": {"type": "string"}},
      "backchannel_logout_uri": {"type": "string"}, "token_endpoint_auth_method": {"type": "string"},
      "grant_types": {"type": "array", "items": {"type": "string"}}, "scope": {"type": "string"},
      "member_pubkeys": {"type": "array", "items": {"type": "string"}}, "owner_bap_id": {"type": "string"},
      "skip_consent": {"type": "boolean"}, "disabled": {"type": "boolean"}, "verified": {"type": "boolean"},
      "resources": {"type": "array", "items": {"type": "string"}}, "logo_uri": {"type": "string"},
      "client_uri": {"type": "string"}, "policy_uri": {"type": "string"}, "tos_uri": {"type": "string"},
      "contacts": {"type": "array", "items": {"type": "string"}}, "application_type": {"type": "string"},
      "subject_type": {"type": "string"}, "id_token_signed_response_alg": {"type": "string"}
    }
  },
  "Client": {
    "type": "object",
    "description": "RFC 7591 names; client_secret only where one was made",
    "required": ["client_id", "client_id_issued_at", "client_name", "token_endpoint_auth_method", "redirect_uris",
      "grant_types", "response_types", "member_pubkeys", "skip_consent", "disabled", "verified"],
    "properties": {
      "client_id": {"type": "string"}, "client_id_issued_at": {"type": "integer"}, "client_name": {"type": "string"},
      "client_secret": {"type": "string"}, "client_secret_expires_at": {"type": "integer"},
      "token_endpoint_auth_method": {
        "enum": ["x_auth_token", "client_secret_basic", "client_secret_post", "private_key_jwt", "none"]
      },
      "redirect_uris": {"type": "array", "items": {"type": "string"}},
      "grant_types": {"type": "array", "items": {"type": "string"}},
      "response_types": {"type": "array", "items": {"const": "code"}}, "scope": {"type": "string"},
      "member_pubkeys": {"type": "array", "items": {"$ref": "#/components/schemas/MemberKey"}},
      "owner_bap_id": {"type": "string"}, "skip_consent": {"type": "boolean"}, "disabled": {"type": "boolean"},
      "verified": {"type": "boolean", "description": "Whether the operator vouches for the client"}
    }
  },
  "ClientList": {
    "type": "object", "required": ["items"], "additionalProperties": false,
    "properties": {
      "items": {"type": "array", "items": {"$ref": "#/components/schemas/Client"}}, "next_cursor": {"type": "string"}
    }
  },
  "SecretRequest": {
    "type": "object", "additionalProperties": false,
    "properties": {"overlap_seconds": {"type": "integer", "minimum": 0, "maximum": 2592000}}
  },
  "User": {
    "type": "object", "additionalProperties": false,
    "required": ["id", "name", "email", "email_verified", "image", "pubkey", "subscription_tier", "roles", "disabled",
      "created_at", "updated_at"],
    "properties": {
      "id": {"type": "string"}, "name": {"type": "string"}, "email": {"type": ["string", "null"]},
      "email_verified": {"type": "boolean"}, "image": {"type": ["string", "null"]},
      "pubkey": {"type": ["string", "null"]}, "subscription_tier": {"type": "string"}, "roles": {"type": "string"},
      "disabled": {"type": "boolean"}, "created_at": {"$ref": "#/components/schemas/Time"},
      "updated_at": {"$ref": "#/components/schemas/Time"},
      "identities": {"type": "array", "items": {"$ref": "#/components/schemas/Identity"}},
      "wallets": {"type": "array", "items": {"$ref": "#/components/schemas/Wallet"}},
      "entitlements": {
        "type": ["object", "null"], "required": ["roles", "subscription_tier", "complete", "evaluated_at"],
        "properties": {
          "roles": {"type": "array", "items": {"type": "string"}}, "subscription_tier": {"type": "string"},
          "complete": {"type": "boolean"}, "evaluated_at": {"$ref": "#/components/schemas/Time"}
        }
      }
    }
  },
  "Identity": {
    "type": "object", "additionalProperties": false,
    "required": ["bap_id", "name", "image", "member_pubkey", "primary", "created_at", "updated_at"],
    "properties": {
      "bap_id": {"type": "string"}, "name": {"type": "string"}, "image": {"type": ["string", "null"]},
      "root_address": {"type": ["string", "null"]}, "current_address": {"type": ["string", "null"]},
      "member_pubkey": {"type": "string"}, "primary": {"type": "boolean"},
      "backups": {
        "type": "array",
        "items": {
          "type": "object", "required": ["version", "created_at"],
          "properties": {"version": {"type": "integer"}, "created_at": {"$ref": "#/components/schemas/Time"}}
        }
      },
      "created_at": {"$ref": "#/components/schemas/Time"}, "updated_at": {"$ref": "#/components/schemas/Time"}
    }
  },
  "Wallet": {
    "type": "object", "additionalProperties": false,
    "required": ["address", "bap_id", "provider", "connection_method", "is_primary", "connected_at", "last_verified"],
    "properties": {
      "address": {"type": "string"}, "bap_id": {"type": "string"}, "provider": {"type": "string"},
      "connection_method": {"enum": ["signature", "challenge"]}, "is_primary": {"type": "boolean"},
      "connected_at": {"$ref": "#/components/schemas/Time"}, "last_verified": {"$ref": "#/components/schemas/Time"}
    }
  },
  "UserList": {
    "type": "object", "required": ["items"], "additionalProperties": false,
    "properties": {
      "items": {"type": "array", "items": {"$ref": "#/components/schemas/User"}}, "next_cursor": {"type": "string"}
    }
  },
  "UserRequest": {
    "type": "object", "required": ["disabled"], "additionalProperties": false,
    "properties": {"disabled": {"type": "boolean"}}
  },
  "Session": {
    "type": "object", "additionalProperties": false,
    "required": ["id", "user_id", "bap_id", "auth_time", "ip_address", "user_agent", "created_at", "updated_at",
      "expires_at"],
    "properties": {
      "id": {"type": "string"}, "user_id": {"type": "string"}, "bap_id": {"type": ["string", "null"]},
      "auth_time": {"$ref": "#/components/schemas/Time"}, "ip_address": {"type": "string"},
      "user_agent": {"type": "string"}, "created_at": {"$ref": "#/components/schemas/Time"},
      "updated_at": {"$ref": "#/components/schemas/Time"}, "expires_at": {"$ref": "#/components/schemas/Time"}
    }
  },
  "SessionList": {
    "type": "object", "required": ["items"], "additionalProperties": false,
    "properties": {
      "items": {"type": "array", "items": {"$ref": "#/components/schemas/Session"}}, "next_cursor": {"type": "string"}
    }
  },
  "Consent": {
    "type": "object", "additionalProperties": false,
    "required": ["client_id", "bap_id", "scopes", "created_at", "updated_at"],
    "properties": {
      "client_id": {"type": "string"}, "bap_id": {"type": ["string", "null"]},
      "scopes": {"type": "array", "items": {"type": "string"}},
      "created_at": {"$ref": "#/components/schemas/Time"}, "updated_at": {"$ref": "#/components/schemas/Time"}
    }
  },
  "ConsentList": {
    "type": "object", "required": ["items"], "additionalProperties": false,
    "properties": {"items": {"type": "array", "items": {"$ref": "#/components/schemas/Consent"}}}
  },
  "Entitlements": {
    "type": "object", "required": ["user", "roles", "subscription_tier", "wallets", "rules", "complete"],
    "properties": {
      "user": {"type": "string"}, "roles": {"type": "array", "items": {"type": "string"}},
      "subscription_tier": {"type": "string"}, "admin_by": {"type": ["string", "null"]},
      "wallets": {"type": "array", "items": {"$ref": "#/components/schemas/Wallet"}}, "rules": {"type": "array", "items": {"type": "object"}},
      "complete": {"type": "boolean"}, "evaluated_at": {"type": ["string", "null"]},
      "max_age_seconds": {"type": "integer"}
    }
  },
  "AuditRow": {
    "type": "object", "additionalProperties": false,
    "required": ["stream", "sequence", "at", "type", "outcome", "actor", "client_id", "user_id", "bap_id",
      "session_id", "network", "request_id", "detail", "previous_hash", "hash", "signature"],
    "properties": {
      "stream": {"type": "string"}, "sequence": {"type": "integer", "minimum": 1},
      "at": {"$ref": "#/components/schemas/Time"}, "type": {"type": "string"},
      "outcome": {"enum": ["ok", "refused"]}, "actor": {"type": "string"}, "client_id": {"type": ["string", "null"]},
      "user_id": {"type": ["string", "null"]}, "bap_id": {"type": ["string", "null"]},
      "session_id": {"type": ["string", "null"]}, "network": {"type": ["string", "null"]},
      "request_id": {"type": ["string", "null"]}, "detail": {"type": "object"},
      "previous_hash": {"type": "string", "pattern": "^[0-9a-f]{64}$"},
      "hash": {"type": "string", "pattern": "^[0-9a-f]{64}$"}, "signature": {"type": ["string", "null"]}
    }
  },
  "AuditList": {
    "type": "object", "required": ["items"], "additionalProperties": false,
    "properties": {
      "items": {"type": "array", "items": {"$ref": "#/components/schemas/AuditRow"}},
      "next_cursor": {"type": "string"}
    }
  },
  "Stats": {
    "type": "object", "required": ["at", "count_limit", "tables", "recent"], "additionalProperties": false,
    "properties": {
      "at": {"$ref": "#/components/schemas/Time"}, "count_limit": {"type": "integer"},
      "tables": {
        "type": "object",
        "additionalProperties": {
          "type": "object", "required": ["rows", "complete"], "additionalProperties": false,
          "properties": {"rows": {"type": "integer", "minimum": 0}, "complete": {"type": "boolean"}}
        }
      },
      "recent": {
        "type": "object", "required": ["since", "users", "sessions", "grants"], "additionalProperties": false,
        "properties": {
          "since": {"$ref": "#/components/schemas/Time"}, "users": {"type": "integer"},
          "sessions": {"type": "integer"}, "grants": {"type": "integer"}
        }
      }
    }
  },
  "Key": {
    "type": "object", "additionalProperties": false,
    "required": ["kid", "alg", "status", "created_at", "active_from", "public_jwk"],
    "properties": {
      "kid": {"type": "string"}, "alg": {"enum": ["RS256", "ES256", "EdDSA", "ES256K"]},
      "status": {"enum": ["upcoming", "active", "retired", "expired"]},
      "created_at": {"$ref": "#/components/schemas/Time"}, "active_from": {"$ref": "#/components/schemas/Time"},
      "retired_at": {"$ref": "#/components/schemas/Time"}, "expires_at": {"$ref": "#/components/schemas/Time"},
      "public_jwk": {"type": "object", "not": {"required": ["d"]}}
    }
  },
  "KeyList": {
    "type": "object", "required": ["items"], "additionalProperties": false,
    "properties": {"items": {"type": "array", "items": {"$ref": "#/components/schemas/Key"}}}
  },
  "KeyRequest": {
    "type": "object", "required": ["alg"], "additionalProperties": false,
    "properties": {"alg": {"enum": ["RS256", "ES256", "EdDSA", "ES256K"]}, "at_once": {"type": "boolean"}}
  },
  "LogLevel": {
    "type": "object", "required": ["level"], "additionalProperties": false,
    "properties": {"level": {"enum": ["debug", "info", "warn", "error", "off"]}}
  },
  "Health": {
    "type": "object", "required": ["status"],
    "properties": {"status": {"enum": ["live", "ready"]}}
  }
})json";

}  // namespace

core::Json admin_schemas() {
  return core::Json::parse(kSchemas);
}

}  // namespace sigma::service
