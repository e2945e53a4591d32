// The endpoints of oauth_http with what only this service does beside: events of the audit log.
#include "routes/audit_event.hpp"
#include "routes/handler.hpp"
#include "sigma/oauth_http/client_endpoint.hpp"
#include "sigma/oauth_http/endpoints.hpp"

namespace sigma::service {
namespace {

Task<oauth::Result<core::Json>> exchanged(App& app, oauth::ClientCredentials credentials, oauth::AuditEvent event) {
  auto tokens = co_await app.token.exchange(std::move(credentials), std::string(oauth::kTokenPath), &event);
  record_tokens(app.audit, std::move(event), tokens);
  co_return std::move(tokens);
}

// What ended nothing (RFC 7009 §2.2) is no event.
Task<oauth::Result<core::Json>> revoked(App& app, oauth::ClientCredentials credentials, oauth::AuditEvent event) {
  event.type = oauth::AuditType::token_revoked;
  const auto done = co_await app.token_status.revoke(std::move(credentials), &event);
  if (!done || event.detail.contains("token")) record(app.audit, std::move(event), done);
  if (!done) co_return done.error();
  co_return core::Json::object();
}

Task<http::Response> token(App& app, http::Request request) {
  return oauth_http::client_endpoint(app, std::move(request),
                                     [&app](oauth::ClientCredentials credentials, const http::Request& of) {
                                       oauth::AuditEvent event = token_event(of, credentials);
                                       return exchanged(app, std::move(credentials), std::move(event));
                                     });
}

Task<http::Response> revoke(App& app, http::Request request) {
  return oauth_http::client_endpoint(app, std::move(request),
                                     [&app](oauth::ClientCredentials credentials, const http::Request& of) {
                                       oauth::AuditEvent event = token_event(of, credentials);
                                       return revoked(app, std::move(credentials), std::move(event));
                                     });
}

Task<http::Response> pushed_request(App& app, http::Request request) {
  return oauth_http::pushed_request(app, std::move(request));
}

Task<http::Response> introspect(App& app, http::Request request) {
  return oauth_http::introspect(app, std::move(request));
}

Task<http::Response> userinfo(App& app, http::Request request) {
  return oauth_http::userinfo(app, std::move(request));
}

constexpr const char* kSchemas = R"json({
  "PushedRequest": {
    "type": "object", "required": ["request_uri", "expires_in"], "additionalProperties": false,
    "properties": {"request_uri": {"type": "string"}, "expires_in": {"type": "integer"}}
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
  }
})json";

}  // namespace

namespace endpoints {

extern constexpr Endpoint pushed_request{.handler = service::pushed_request, .schemas = kSchemas, .operation = R"json({
  "who": ["client", "x_auth_token", "public"], "form": "AuthorizationRequest", "ok": {"201": "PushedRequest"},
  "errors": "oauth"
})json"};
extern constexpr Endpoint token{.handler = service::token, .operation = R"json({
  "who": ["client", "x_auth_token", "public"], "form": "TokenRequest", "ok": {"200": "Tokens"}, "errors": "oauth"
})json"};
extern constexpr Endpoint userinfo{
    .handler = service::userinfo,
    .schemas = kSchemas,
    .operation = R"json({"who": ["bearer", "dpop"], "ok": {"200": "Claims"}, "errors": "oauth"})json"};
extern constexpr Endpoint userinfo_by_post{.handler = service::userinfo, .schemas = kSchemas, .operation = R"json({
  "who": ["bearer", "dpop", "public"], "form": "UserInfoRequest", "body_optional": true, "ok": {"200": "Claims"},
  "errors": "oauth"
})json"};
extern constexpr Endpoint introspect{.handler = service::introspect, .schemas = kSchemas, .operation = R"json({
  "who": ["client", "x_auth_token"], "form": "TokenQuestion", "ok": {"200": "Introspection"}, "errors": "oauth"
})json"};
extern constexpr Endpoint revoke{.handler = service::revoke, .schemas = kSchemas, .operation = R"json({
  "who": ["client", "x_auth_token", "public"], "form": "TokenQuestion", "ok": {"200": "Empty"}, "errors": "oauth"
})json"};

}  // namespace endpoints
}  // namespace sigma::service
