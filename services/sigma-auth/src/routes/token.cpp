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

}  // namespace

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

}  // namespace sigma::service
