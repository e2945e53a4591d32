// Of the calls that a person makes: sessions, account, identities, wallets. And what is common to all.
#include "openapi/public_schemas.hpp"

namespace sigma::service::openapi {
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
  "Ok": {"type": "object", "required": ["ok"], "additionalProperties": false, "properties": {"ok": {"const": true}}},
  "Success": {
    "type": "object", "required": ["success"], "additionalProperties": false,
    "properties": {"success": {"const": true}}
  },
  "Status": {
    "type": "object", "required": ["status"], "additionalProperties": false,
    "properties": {"status": {"const": true}}
  },
  "Deleted": {
    "type": "object", "required": ["success", "message"], "additionalProperties": false,
    "properties": {"success": {"const": true}, "message": {"type": "string"}}
  },
  "Redirect": {
    "type": "object", "required": ["redirect", "url"], "additionalProperties": false,
    "properties": {"redirect": {"const": true}, "url": {"type": "string"}}
  },
  "NothingArray": {"type": "array", "maxItems": 0},
  "IdentityChoice": {
    "type": "object",
    "properties": {"bapId": {"type": "string", "description": "Which of the person's identities"}}
  },
  "SignedIn": {
    "type": "object", "required": ["token", "user"], "additionalProperties": false,
    "properties": {
      "token": {"type": "string"},
      "user": {
        "type": "object", "required": ["id", "name", "pubkey"], "additionalProperties": false,
        "properties": {
          "id": {"type": "string"}, "name": {"type": "string"},
          "pubkey": {"type": "string", "pattern": "^0[23][0-9a-f]{64}$"}
        }
      }
    }
  },
  "SignUp": {
    "type": "object", "required": ["intent", "bapId"],
    "properties": {"intent": {"const": "sign-up"}, "bapId": {"type": "string"}}
  },
  "SignedUp": {
    "type": "object", "required": ["user"], "additionalProperties": false,
    "properties": {
      "user": {
        "type": "object", "required": ["id", "pubkey"], "additionalProperties": false,
        "properties": {"id": {"type": "string"}, "pubkey": {"type": "string", "pattern": "^0[23][0-9a-f]{64}$"}}
      }
    }
  },
  "Session": {
    "type": "object",
    "required": ["id", "token", "userId", "createdAt", "updatedAt", "expiresAt", "ipAddress", "userAgent"],
    "additionalProperties": false,
    "properties": {
      "id": {"type": "string"}, "token": {"type": "string"}, "userId": {"type": "string"},
      "createdAt": {"$ref": "#/components/schemas/Time"}, "updatedAt": {"$ref": "#/components/schemas/Time"},
      "expiresAt": {"$ref": "#/components/schemas/Time"}, "ipAddress": {"type": "string"},
      "userAgent": {"type": "string"}, "activeOrganizationId": {"type": "string"}, "roles": {"type": "string"},
      "subscriptionTier": {"type": "string"}
    }
  },
  "SessionArray": {"type": "array", "items": {"$ref": "#/components/schemas/Session"}},
  "User": {
    "type": "object",
    "required": [
      "id", "name", "email", "emailVerified", "image", "pubkey", "roles", "subscriptionTier", "createdAt",
      "updatedAt"
    ],
    "additionalProperties": false,
    "properties": {
      "id": {"type": "string"}, "name": {"type": "string"}, "email": {"type": ["string", "null"]},
      "emailVerified": {"type": "boolean"}, "image": {"type": ["string", "null"]},
      "pubkey": {"type": ["string", "null"]}, "roles": {"type": "string"},
      "subscriptionTier": {"type": "string"}, "createdAt": {"$ref": "#/components/schemas/Time"},
      "updatedAt": {"$ref": "#/components/schemas/Time"}
    }
  },
  "SessionOrNull": {
    "anyOf": [
      {"type": "null"},
      {
        "type": "object", "required": ["session", "user"], "additionalProperties": false,
        "properties": {"session": {"$ref": "#/components/schemas/Session"}, "user": {"$ref": "#/components/schemas/User"}}
      }
    ]
  },
  "SessionToken": {
    "type": "object", "required": ["token"],
    "properties": {
      "token": {"type": "string", "description": "Of this session, or the id of another as list-sessions shows it"}
    }
  },
  "Organization": {
    "type": "object", "required": ["id", "name", "slug", "createdAt"], "additionalProperties": false,
    "properties": {
      "id": {"type": "string"}, "name": {"type": "string"}, "slug": {"type": "string"},
      "createdAt": {"$ref": "#/components/schemas/Time"}, "logo": {"type": ["string", "null"]}
    }
  },
  "OrganizationArray": {"type": "array", "items": {"$ref": "#/components/schemas/Organization"}},
  "OrganizationChoice": {"type": "object", "properties": {"organizationId": {"type": ["string", "null"]}}},
  "OrganizationMember": {
    "type": "object", "required": ["id", "organizationId", "userId", "role", "createdAt", "user"],
    "additionalProperties": false,
    "properties": {
      "id": {"type": "string"}, "organizationId": {"type": "string"}, "userId": {"type": "string"},
      "role": {"const": "owner"}, "createdAt": {"$ref": "#/components/schemas/Time"},
      "user": {
        "type": "object", "required": ["id", "name", "image"], "additionalProperties": false,
        "properties": {
          "id": {"type": "string"}, "name": {"type": "string"}, "image": {"type": ["string", "null"]},
          "email": {"type": "string"}
        }
      }
    }
  },
  "FullOrganization": {
    "type": "object", "required": ["id", "name", "slug", "createdAt", "members", "invitations"],
    "additionalProperties": false,
    "properties": {
      "id": {"type": "string"}, "name": {"type": "string"}, "slug": {"type": "string"},
      "createdAt": {"$ref": "#/components/schemas/Time"}, "logo": {"type": ["string", "null"]},
      "members": {"type": "array", "items": {"$ref": "#/components/schemas/OrganizationMember"}},
      "invitations": {"$ref": "#/components/schemas/NothingArray"}
    }
  },
  "Consent": {
    "type": "object",
    "required": ["id", "clientId", "userId", "referenceId", "scopes", "requestedUserInfoClaims", "createdAt", "updatedAt"],
    "additionalProperties": false,
    "properties": {
      "id": {"type": "string"}, "clientId": {"type": "string"}, "userId": {"type": "string"},
      "referenceId": {"type": "string"}, "scopes": {"type": "array", "items": {"type": "string"}},
      "requestedUserInfoClaims": {"type": "array", "items": {"type": "string"}},
      "createdAt": {"$ref": "#/components/schemas/Time"}, "updatedAt": {"$ref": "#/components/schemas/Time"}
    }
  },
  "ConsentArray": {"type": "array", "items": {"$ref": "#/components/schemas/Consent"}},
  "ConsentId": {"type": "object", "required": ["id"], "properties": {"id": {"type": "string"}}},
  "ConsentUpdate": {
    "type": "object", "required": ["id", "update"],
    "properties": {
      "id": {"type": "string"},
      "update": {
        "type": "object", "required": ["scopes"],
        "properties": {"scopes": {"type": "array", "items": {"type": "string"}}}
      }
    }
  },
  "ConsentIdentity": {
    "type": "object", "required": ["consentCode", "bapId"],
    "properties": {"consentCode": {"type": "string"}, "bapId": {"type": "string"}}
  },
  "UserUpdate": {
    "type": "object", "additionalProperties": false,
    "properties": {"name": {"type": "string", "minLength": 1, "maxLength": 100}, "image": {"type": ["string", "null"]}}
  },
  "Activity": {
    "type": "object", "required": ["events", "next_cursor"], "additionalProperties": false,
    "properties": {
      "events": {
        "type": "array",
        "items": {
          "type": "object", "required": ["at", "type", "outcome", "bapId", "clientId", "sessionId", "network"],
          "additionalProperties": false,
          "properties": {
            "at": {"$ref": "#/components/schemas/Time"}, "type": {"type": "string"},
            "outcome": {"enum": ["ok", "refused"]}, "bapId": {"type": ["string", "null"]},
            "clientId": {"type": ["string", "null"]}, "sessionId": {"type": ["string", "null"]},
            "network": {"type": ["string", "null"]}
          }
        }
      },
      "next_cursor": {"type": ["string", "null"]}
    }
  },
  "Export": {
    "type": "object", "description": "Everything that is kept about the person",
    "required": ["exported_at", "account", "identities", "sessions", "consents", "applications", "wallets", "activity"],
    "additionalProperties": false,
    "properties": {
      "exported_at": {"$ref": "#/components/schemas/Time"}, "account": {"type": "object"},
      "identities": {"type": "array", "items": {"type": "object"}},
      "sessions": {"type": "array", "items": {"type": "object"}},
      "consents": {"type": "array", "items": {"type": "object"}},
      "applications": {"type": "array", "items": {"type": "object"}},
      "wallets": {"type": "array", "items": {"type": "object"}},
      "activity": {"type": "array", "items": {"type": "object"}}
    }
  },
  "IdentityList": {
    "type": "object", "required": ["bapIds"], "additionalProperties": false,
    "properties": {
      "bapIds": {
        "type": "array",
        "items": {
          "type": "object", "required": ["id", "bapId", "identity_key", "name", "is_primary"],
          "additionalProperties": false,
          "properties": {
            "id": {"type": "string"}, "bapId": {"type": "string"}, "identity_key": {"type": "string"},
            "name": {"type": "string"}, "is_primary": {"type": "boolean"}, "image": {"type": ["string", "null"]}
          }
        }
      }
    }
  },
  "IdentityChange": {
    "type": "object", "required": ["bapId"],
    "properties": {
      "bapId": {"type": "string"}, "name": {"type": ["string", "null"]}, "image": {"type": ["string", "null"]},
      "isPrimary": {"type": ["boolean", "null"]}, "accountPubkey": {"type": ["string", "null"]},
      "counter": {"type": ["integer", "null"]}
    }
  },
  "IdentityChanged": {
    "type": "object", "required": ["success", "bapId"], "additionalProperties": false,
    "properties": {
      "success": {"const": true},
      "bapId": {
        "type": "object", "required": ["bap_id", "user_id", "account_pubkey", "counter"],
        "additionalProperties": false,
        "properties": {
          "bap_id": {"type": "string"}, "user_id": {"type": "string"},
          "account_pubkey": {"type": ["string", "null"]}, "counter": {"type": "integer"}
        }
      }
    }
  },
  "PublicProfile": {
    "type": "object", "required": ["status", "result"], "additionalProperties": false,
    "properties": {
      "status": {"const": "OK"},
      "result": {"type": "object", "required": ["idKey", "rootAddress", "currentAddress", "identity"]}
    }
  },
  "LastIdentity": {
    "type": "object", "required": ["lastSelectedBapId"], "additionalProperties": false,
    "properties": {"lastSelectedBapId": {"type": ["string", "null"]}}
  },
  "BackupPush": {
    "type": "object", "required": ["bapId", "encryptedBackup"],
    "properties": {"bapId": {"type": "string"}, "encryptedBackup": {"type": "string"}}
  },
  "BackupKept": {
    "type": "object", "required": ["success", "version"], "additionalProperties": false,
    "properties": {"success": {"const": true}, "version": {"type": "integer"}}
  },
  "Backup": {
    "type": "object", "required": ["encryptedBackup", "lastUpdated", "version", "versions"],
    "additionalProperties": false,
    "properties": {
      "encryptedBackup": {"type": "string"}, "lastUpdated": {"$ref": "#/components/schemas/Time"},
      "version": {"type": "integer"},
      "versions": {
        "type": "array",
        "items": {
          "type": "object", "required": ["version", "lastUpdated"], "additionalProperties": false,
          "properties": {"version": {"type": "integer"}, "lastUpdated": {"$ref": "#/components/schemas/Time"}}
        }
      }
    }
  },
  "BackupOfCurrent": {"type": "object", "required": ["encryptedBackup"], "properties": {"encryptedBackup": {"type": "string"}}},
  "BackupOfCurrentKept": {
    "type": "object", "required": ["bapId", "message"], "additionalProperties": false,
    "properties": {"bapId": {"type": "string"}, "message": {"type": "string"}}
  },
  "WalletList": {
    "type": "object", "required": ["wallets"], "additionalProperties": false,
    "properties": {
      "wallets": {
        "type": "array",
        "items": {
          "type": "object",
          "required": ["address", "bapId", "provider", "connectionMethod", "isPrimary", "connectedAt", "lastVerified"],
          "additionalProperties": false,
          "properties": {
            "address": {"type": "string"}, "bapId": {"type": "string"}, "provider": {"type": "string"},
            "connectionMethod": {"type": "string"}, "isPrimary": {"type": "boolean"},
            "connectedAt": {"$ref": "#/components/schemas/Time"},
            "lastVerified": {"$ref": "#/components/schemas/Time"}
          }
        }
      }
    }
  },
  "WalletChallengeRequest": {"type": "object", "required": ["bapId"], "properties": {"bapId": {"type": "string"}}},
  "WalletChallenge": {
    "type": "object", "required": ["challenge", "requestPath", "expiresAt"], "additionalProperties": false,
    "properties": {
      "challenge": {"type": "string"}, "requestPath": {"type": "string"},
      "expiresAt": {"$ref": "#/components/schemas/Time"}
    }
  },
  "WalletConnect": {
    "type": "object", "required": ["bapId", "authToken"],
    "properties": {
      "bapId": {"type": "string"}, "authToken": {"type": "string"}, "challenge": {"type": ["string", "null"]},
      "provider": {"type": ["string", "null"]}, "connectionMethod": {"type": ["string", "null"]},
      "walletAddress": {"type": ["string", "null"]}, "pubkey": {"type": ["string", "null"]}
    }
  },
  "WalletConnected": {
    "type": "object", "required": ["success", "walletAddress", "pubkey", "connectedAt"],
    "additionalProperties": false,
    "properties": {
      "success": {"const": true}, "walletAddress": {"type": "string"},
      "pubkey": {"type": "string", "pattern": "^0[23][0-9a-f]{64}$"},
      "connectedAt": {"$ref": "#/components/schemas/Time"}
    }
  },
  "WalletDisconnected": {
    "type": "object", "required": ["success", "walletAddress"], "additionalProperties": false,
    "properties": {"success": {"const": true}, "walletAddress": {"type": "string"}}
  },
  "WalletPrimary": {
    "type": "object", "required": ["bapId", "walletAddress"],
    "properties": {"bapId": {"type": "string"}, "walletAddress": {"type": "string"}}
  },
  "WalletPrimaryAnswer": {
    "type": "object", "required": ["success", "primaryAddress"], "additionalProperties": false,
    "properties": {"success": {"const": true}, "primaryAddress": {"type": "string"}}
  },
  "NftList": {
    "type": "object", "required": ["wallets", "totalNFTs", "addresses"], "additionalProperties": false,
    "properties": {
      "wallets": {
        "type": "array",
        "items": {
          "type": "object", "required": ["address", "count", "nfts"], "additionalProperties": false,
          "properties": {
            "address": {"type": "string"}, "count": {"type": "integer"}, "next": {"type": "integer"},
            "error": {"type": "string"}, "nfts": {"type": "array", "items": {"type": "object"}}
          }
        }
      },
      "totalNFTs": {"type": "integer"}, "addresses": {"type": "array", "items": {"type": "string"}}
    }
  },
  "OwnershipQuestion": {
    "type": "object",
    "properties": {
      "origin": {"type": ["string", "null"]}, "collection": {"type": ["string", "null"]},
      "minCount": {"type": ["integer", "null"], "minimum": 1, "maximum": 10000}
    }
  },
  "Ownership": {
    "type": "object", "required": ["owns", "count", "nfts"], "additionalProperties": false,
    "properties": {
      "owns": {"type": "boolean"}, "count": {"type": "integer"},
      "nfts": {"type": "array", "items": {"type": "object"}}, "message": {"type": "string"}
    }
  },
  "Subscription": {
    "type": "object", "required": ["tier", "isActive", "features"], "additionalProperties": false,
    "properties": {
      "tier": {"type": "string"}, "isActive": {"type": "boolean"},
      "features": {"type": "array", "items": {"type": "string"}},
      "lastVerified": {"$ref": "#/components/schemas/Time"}, "validUntil": {"$ref": "#/components/schemas/Time"},
      "expiresAt": {"$ref": "#/components/schemas/Time"}, "nftOrigin": {"type": "string"},
      "walletAddress": {"type": "string"}
    }
  }
})json";

}  // namespace

core::Json person_schemas() {
  return core::Json::parse(kSchemas);
}

}  // namespace sigma::service::openapi
