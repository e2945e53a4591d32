#include "routes/handlers.hpp"
#include "routes/render.hpp"
#include "sigma/core/encoding.hpp"

namespace sigma::service {
namespace {

constexpr std::string_view kForm = "application/x-www-form-urlencoded";

oauth::Error bad_request(std::string description) {
  return {oauth::ErrorCode::invalid_request, std::move(description)};
}

oauth::Result<oauth::ClientCredentials> client_credentials(http::Request request) {
  auto form = http::Form::parse(request.body);
  if (!form) return bad_request(form.error().description());
  // Credentials and codes in a URL end in logs and histories (RFC 6749 §2.3.1, §3.2).
  if (!request.query.empty()) return bad_request("Send the parameters in the body, not in the URL.");
  oauth::ClientCredentials credentials;
  credentials.form = std::move(*form);
  for (auto& [name, value] : request.headers.fields()) {
    if (core::to_lower_ascii(name) == "x-auth-token") credentials.x_auth_tokens.push_back(value);
  }
  if (request.headers.count("Authorization") > 1) return bad_request("Send one Authorization header.");
  if (const auto authorization = request.headers.find("Authorization"))
    credentials.authorization = std::string(*authorization);
  credentials.raw_body = std::move(request.body);
  return credentials;
}

// RFC 6750 §2: header or form, never both, never the query (RFC 9700 §4.3.2).
struct BearerToken {
  std::string token;
  oauth::Error error;
  int status = 400;
};
BearerToken bearer_token(const http::Request& request) {
  BearerToken result;
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
  if (in_form) {
    result.token = *in_form;
  } else if (header && core::to_lower_ascii(header->substr(0, 7)) == "bearer " && header->size() > 7) {
    result.token = header->substr(7);
  } else {
    result.error = bad_request("access token not found: send Authorization: Bearer <access token>.");
    result.status = 401;
  }
  return result;
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

}  // namespace

Task<http::Response> token(App& app, http::Request request) {
  if (request.content_type() != kForm) co_return not_a_form(request);
  auto credentials = client_credentials(std::move(request));
  if (!credentials) co_return oauth_error(credentials.error());
  const bool basic = credentials->authorization.has_value();
  auto answer = co_await app.token.exchange(std::move(*credentials));
  co_return answer ? json_answer(*answer) : client_error(answer.error(), basic);
}

Task<http::Response> introspect(App& app, http::Request request) {
  if (request.content_type() != kForm) co_return not_a_form(request);
  auto credentials = client_credentials(std::move(request));
  if (!credentials) co_return oauth_error(credentials.error());
  const bool basic = credentials->authorization.has_value();
  auto answer = co_await app.token_status.introspect(std::move(*credentials));
  co_return answer ? json_answer(*answer) : client_error(answer.error(), basic);
}

Task<http::Response> revoke(App& app, http::Request request) {
  if (request.content_type() != kForm) co_return not_a_form(request);
  auto credentials = client_credentials(std::move(request));
  if (!credentials) co_return oauth_error(credentials.error());
  const bool basic = credentials->authorization.has_value();
  auto revoked = co_await app.token_status.revoke(std::move(*credentials));
  co_return revoked ? json_answer(core::Json::object()) : client_error(revoked.error(), basic);
}

Task<http::Response> userinfo(App& app, http::Request request) {
  if (request.method == http::Method::post && !request.body.empty() && request.content_type() != kForm)
    co_return not_a_form(request);
  BearerToken bearer = bearer_token(request);
  if (bearer.token.empty()) co_return bearer_error(bearer.error, bearer.status);
  auto claims = co_await app.userinfo.describe(std::move(bearer.token));
  if (!claims) co_return claims.error().is_outage() ? oauth_error(claims.error()) : bearer_error(claims.error());
  co_return json_answer(*claims);
}

}  // namespace sigma::service
