// What describes this server to programs: discovery, keys, the API itself.
#include "routes/handler.hpp"
#include "routes/render.hpp"
#include "sigma/oauth/metadata/discovery.hpp"

namespace sigma::service {
namespace {

// Keys change: what is old is forgotten within half a minute, and better than nothing during an outage.
constexpr const char* kShortly = "public, max-age=15, stale-while-revalidate=15, stale-if-error=86400";

Task<http::Response> discovery(App& app, http::Request) {
  co_return cacheable_json(app.documents.discovery, kShortly);
}

Task<http::Response> openapi(App& app, http::Request) {
  co_return cacheable_json(app.documents.openapi, "public, max-age=300");
}

Task<http::Response> protected_resource(App& app, http::Request request) {
  constexpr std::string_view kWellKnown = "/.well-known/oauth-protected-resource";
  const std::string resource = app.settings.base_url + request.path.substr(kWellKnown.size());
  const core::Json document = oauth::protected_resource_document(app.settings, resource);
  co_return cacheable_json(std::make_shared<const std::string>(core::dump_json(document)), kShortly);
}

Task<http::Response> jwks(App& app, http::Request) {
  co_return cacheable_json(app.keys.current()->jwks_text(), kShortly);
}

constexpr const char* kSchemas = R"json({
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
  }
})json";

}  // namespace

namespace endpoints {

extern constexpr Endpoint jwks{
    .handler = service::jwks, .schemas = kSchemas, .operation = R"json({"ok": {"200": "JwkSet"}})json"};
extern constexpr Endpoint protected_resource{.handler = service::protected_resource,
                                             .schemas = kSchemas,
                                             .operation = R"json({"ok": {"200": "ProtectedResource"}})json"};
extern constexpr Endpoint discovery{
    .handler = service::discovery, .schemas = kSchemas, .operation = R"json({"ok": {"200": "ServerMetadata"}})json"};
extern constexpr Endpoint openapi{
    .handler = service::openapi, .schemas = kSchemas, .operation = R"json({"ok": {"200": "OpenApi"}})json"};

}  // namespace endpoints
}  // namespace sigma::service
