#include "sigma/oauth_http/endpoints.hpp"

#include "sigma/core/encoding.hpp"
#include "sigma/http/authorization.hpp"
#include "sigma/http/form.hpp"
#include "sigma/oauth/metadata/discovery.hpp"
#include "sigma/oauth_http/answers.hpp"
#include "sigma/oauth_http/client_endpoint.hpp"

namespace sigma::oauth_http {
using core::Task;
namespace {

constexpr std::string_view kForm = "application/x-www-form-urlencoded";

oauth::Error bad_request(std::string description) {
  return {oauth::ErrorCode::invalid_request, std::move(description)};
}

// RFC 6750 §2, RFC 9449 §7.1: header or form, never both, never the query (RFC 9700 §4.3.2). The body of a GET means
// nothing.
struct Presented {
  oauth::PresentedToken token;
  oauth::Error error;
  int status = 400;
};
Presented presented_token(const http::Request& request) {
  Presented result;
  const bool has_form = request.method == http::Method::post && is_form(request);
  const auto form = has_form ? http::Form::parse(request.body) : core::Result<http::Form>(http::Form{});
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
  const auto behind = [&](std::string_view scheme) {
    return header ? http::authorization_credentials(*header, scheme) : std::nullopt;
  };
  if (in_form) {
    result.token.token = *in_form;
  } else if (const auto bearer = behind("Bearer")) {
    result.token.token = *bearer;
  } else if (const auto bound = behind("DPoP")) {
    result.token.token = *bound;
    result.token.with_dpop_scheme = true;
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

Task<oauth::Result<core::Json>> revoked(oauth::Engine& engine, oauth::ClientCredentials credentials) {
  SIGMA_CO_CHECK(co_await engine.token_status.revoke(std::move(credentials)));
  co_return core::Json::object();
}

}  // namespace

oauth::Result<oauth::ClientCredentials> client_credentials(http::Request& request) {
  auto form = http::Form::parse(request.body);
  if (!form) return bad_request(form.error().description());
  return client_credentials(request, std::move(*form));
}

oauth::Result<oauth::ClientCredentials> client_credentials(http::Request& request, http::Form form) {
  // Credentials and codes in a URL end in logs and histories (RFC 6749 §2.3.1, §3.2).
  if (!request.query.empty()) return bad_request("Send the parameters in the body, not in the URL.");
  oauth::ClientCredentials credentials;
  credentials.form = std::move(form);
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

http::Response not_a_form() {
  return message_error(415, "Content-Type must be application/x-www-form-urlencoded.", "UNSUPPORTED_MEDIA_TYPE");
}

bool is_form(const http::Request& request) {
  return request.content_type() == kForm;
}

http::Response client_error(const oauth::Error& error, bool used_authorization_header) {
  http::Response response = oauth_error(error);
  if (used_authorization_header && response.status == 401)
    response.headers.add("WWW-Authenticate", "Basic realm=\"token\"");
  return response;
}

Task<http::Response> token(oauth::Engine& engine, http::Request request) {
  return client_endpoint(engine, std::move(request),
                         [&engine](oauth::ClientCredentials credentials, const http::Request&) {
                           return engine.token.exchange(std::move(credentials));
                         });
}

Task<http::Response> pushed_request(oauth::Engine& engine, http::Request request) {
  http::Response response = co_await client_endpoint(
      engine, std::move(request), [&engine](oauth::ClientCredentials credentials, const http::Request&) {
        return engine.pushed_requests.push(std::move(credentials));
      });
  if (response.status == 200) response.status = 201;  // RFC 9126 §2.2
  co_return response;
}

Task<http::Response> introspect(oauth::Engine& engine, http::Request request) {
  return client_endpoint(engine, std::move(request),
                         [&engine](oauth::ClientCredentials credentials, const http::Request&) {
                           return engine.token_status.introspect(std::move(credentials));
                         });
}

Task<http::Response> revoke(oauth::Engine& engine, http::Request request) {
  return client_endpoint(engine, std::move(request),
                         [&engine](oauth::ClientCredentials credentials, const http::Request&) {
                           return revoked(engine, std::move(credentials));
                         });
}

Task<http::Response> userinfo(oauth::Engine& engine, http::Request request) {
  if (request.method == http::Method::post && !request.body.empty() && request.content_type() != kForm)
    co_return not_a_form();
  Presented presented = presented_token(request);
  const std::string metadata = oauth::userinfo_resource_metadata(engine.settings);
  if (presented.token.token.empty()) co_return bearer_error(presented.error, presented.status, metadata);
  const bool with_dpop = presented.token.with_dpop_scheme;
  std::vector<std::string> proofs = dpop_headers(request);
  const bool has_proof = !proofs.empty();
  oauth::Result<core::Json> claims = core::Json();
  auto proven = co_await engine.dpop.verify(
      {std::move(proofs), std::string(http::to_string(request.method)), std::string(oauth::kUserInfoPath)},
      presented.token.token);
  if (proven) {
    presented.token.dpop_jkt = std::move(*proven);
    claims = co_await engine.userinfo.describe(std::move(presented.token));
  } else {
    claims = proven.error();
  }
  http::Response response = claims                       ? json_answer(*claims)
                            : claims.error().is_outage() ? oauth_error(claims.error())
                            : with_dpop                  ? dpop_error(claims.error(), metadata)
                                                         : bearer_error(claims.error(), std::nullopt, metadata);
  if (with_dpop || has_proof) response.headers.add("DPoP-Nonce", engine.dpop.nonce());
  co_return response;
}

}  // namespace sigma::oauth_http
