#include "routes/audit_event.hpp"
#include "routes/handlers.hpp"
#include "routes/render.hpp"
#include "sigma/core/encoding.hpp"
#include "sigma/oauth/metadata/discovery.hpp"

namespace sigma::service {
namespace {

constexpr std::string_view kForm = "application/x-www-form-urlencoded";

oauth::Error bad_request(std::string description) {
  return {oauth::ErrorCode::invalid_request, std::move(description)};
}

oauth::Result<oauth::ClientCredentials> client_credentials(http::Request& request) {
  auto form = http::Form::parse(request.body);
  if (!form) return bad_request(form.error().description());
  // Credentials and codes in a URL end in logs and histories (RFC 6749 §2.3.1, §3.2).
  if (!request.query.empty()) return bad_request("Send the parameters in the body, not in the URL.");
  oauth::ClientCredentials credentials;
  credentials.form = std::move(*form);
  for (auto& [name, value] : request.headers.fields()) {
    const std::string lower = core::to_lower_ascii(name);
    if (lower == "x-auth-token") credentials.x_auth_tokens.push_back(value);
    if (lower == "dpop") credentials.dpop_proofs.push_back(value);
  }
  if (request.headers.count("Authorization") > 1) return bad_request("Send one Authorization header.");
  if (const auto authorization = request.headers.find("Authorization"))
    credentials.authorization = std::string(*authorization);
  credentials.ip_address = request.remote_address;
  credentials.raw_body = std::move(request.body);
  return credentials;
}

// RFC 6750 §2, RFC 9449 §7.1: header or form, never both, never the query (RFC 9700 §4.3.2).
struct Presented {
  oauth::PresentedToken token;
  oauth::Error error;
  int status = 400;
};
Presented presented_token(const http::Request& request) {
  Presented result;
  const auto form = http::Form::parse(request.body);
  const auto query = http::Form::parse(request.query);
  if (!form || !query) {
    result.error = bad_request("The parameters cannot be read.");
    return result;
  }
  if (query->find("access_token")) {
    result.error = bad_request("Send the access token in the Authorization header, not in the URL.");
    return result;
  }
  const auto header = request.headers.find("Authorization");
  const auto in_form = form->find_nonempty("access_token");
  if ((header && in_form) || request.headers.count("Authorization") > 1 || form->repeated()) {
    result.error = bad_request("Send the access token once: in the Authorization header or in the form.");
    return result;
  }
  const auto blank = header ? header->find(' ') : std::string_view::npos;
  const std::string scheme = header ? core::to_lower_ascii(header->substr(0, blank)) : "";
  if (in_form) {
    result.token.token = *in_form;
  } else if ((scheme == "bearer" || scheme == "dpop") && blank != std::string_view::npos) {
    result.token.token = header->substr(blank + 1);
    result.token.with_dpop_scheme = scheme == "dpop";
  }
  if (result.token.token.empty()) {
    result.error = bad_request("access token not found: send Authorization: Bearer <access token>.");
    result.status = 401;
  }
  return result;
}

std::vector<std::string> dpop_headers(const http::Request& request) {
  std::vector<std::string> proofs;
  for (const auto& [name, value] : request.headers.fields()) {
    if (core::to_lower_ascii(name) == "dpop") proofs.push_back(value);
  }
  return proofs;
}

http::Response not_a_form(const http::Request& request) {
  return transport_error(request, 415, "Content-Type must be application/x-www-form-urlencoded.");
}

// RFC 6749 §5.2: a client that tried the Authorization header is told the scheme.
http::Response client_error(const oauth::Error& error, bool used_authorization_header) {
  http::Response response = oauth_error(error);
  if (used_authorization_header && response.status == 401)
    response.headers.add("WWW-Authenticate", "Basic realm=\"token\"");
  return response;
}

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

// What every endpoint that authenticates a client has in common: a form, one client, and a nonce for the next proof.
template <class Call>
Task<http::Response> client_endpoint(App& app, http::Request request, Call call) {
  if (request.content_type() != kForm) co_return not_a_form(request);
  auto credentials = client_credentials(request);
  if (!credentials) co_return oauth_error(credentials.error());
  const bool basic = credentials->authorization.has_value();
  const bool with_dpop = !credentials->dpop_proofs.empty();
  oauth::AuditEvent event = token_event(request, *credentials);
  auto answer = co_await call(std::move(*credentials), std::move(event));
  http::Response response = answer ? json_answer(*answer) : client_error(answer.error(), basic);
  if (with_dpop) response.headers.add("DPoP-Nonce", app.dpop.nonce());
  co_return response;
}

}  // namespace

Task<http::Response> token(App& app, http::Request request) {
  return client_endpoint(app, std::move(request),
                         [&app](oauth::ClientCredentials credentials, oauth::AuditEvent event) {
                           return exchanged(app, std::move(credentials), std::move(event));
                         });
}

Task<http::Response> pushed_request(App& app, http::Request request) {
  http::Response response = co_await client_endpoint(
      app, std::move(request), [&app](oauth::ClientCredentials credentials, const oauth::AuditEvent&) {
        return app.pushed_requests.push(std::move(credentials));
      });
  if (response.status == 200) response.status = 201;  // RFC 9126 §2.2
  co_return response;
}

Task<http::Response> introspect(App& app, http::Request request) {
  return client_endpoint(app, std::move(request),
                         [&app](oauth::ClientCredentials credentials, const oauth::AuditEvent&) {
                           return app.token_status.introspect(std::move(credentials));
                         });
}

Task<http::Response> revoke(App& app, http::Request request) {
  return client_endpoint(app, std::move(request),
                         [&app](oauth::ClientCredentials credentials, oauth::AuditEvent event) {
                           return revoked(app, std::move(credentials), std::move(event));
                         });
}

Task<http::Response> userinfo(App& app, http::Request request) {
  if (request.method == http::Method::post && !request.body.empty() && request.content_type() != kForm)
    co_return not_a_form(request);
  Presented presented = presented_token(request);
  const std::string metadata = oauth::userinfo_resource_metadata(app.settings);
  if (presented.token.token.empty()) co_return bearer_error(presented.error, presented.status, metadata);
  const bool with_dpop = presented.token.with_dpop_scheme;
  oauth::Result<core::Json> claims = core::Json();
  auto proven = co_await app.dpop.verify(
      {dpop_headers(request), std::string(http::to_string(request.method)), std::string(oauth::kUserInfoPath)},
      presented.token.token);
  if (proven) {
    presented.token.dpop_jkt = std::move(*proven);
    claims = co_await app.userinfo.describe(std::move(presented.token));
  } else {
    claims = proven.error();
  }
  http::Response response = claims                       ? json_answer(*claims)
                            : claims.error().is_outage() ? oauth_error(claims.error())
                            : with_dpop                  ? dpop_error(claims.error(), metadata)
                                                         : bearer_error(claims.error(), std::nullopt, metadata);
  if (with_dpop) response.headers.add("DPoP-Nonce", app.dpop.nonce());
  co_return response;
}

}  // namespace sigma::service
