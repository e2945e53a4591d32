// What every endpoint that authenticates a client has in common.
#pragma once
#include "sigma/core/task.hpp"
#include "sigma/http/message.hpp"
#include "sigma/oauth/engine.hpp"
#include "sigma/oauth_http/answers.hpp"

namespace sigma::oauth_http {

/// What a request says of the client it comes from, and of `form`, its parameters; takes the body. invalid_request with
/// what is wrong.
oauth::Result<oauth::ClientCredentials> client_credentials(http::Request& request, http::Form form);
/// The same where the body is a form.
oauth::Result<oauth::ClientCredentials> client_credentials(http::Request& request);
/// 415: the body is no form.
http::Response not_a_form();
bool is_form(const http::Request& request);
/// RFC 6749 §5.2: a client that tried the Authorization header is told the scheme.
http::Response client_error(const oauth::Error& error, bool used_authorization_header);

/// A form, one client, and a nonce for its next proof. `call(ClientCredentials, const http::Request&)` answers a
/// Task<oauth::Result<core::Json>>; the request has no body any more.
template <class Call>
core::Task<http::Response> client_endpoint(oauth::Engine& engine, http::Request request, Call call) {
  if (!is_form(request)) co_return not_a_form();
  auto credentials = client_credentials(request);
  if (!credentials) co_return oauth_error(credentials.error());
  const bool basic = credentials->authorization.has_value();
  const bool with_dpop = !credentials->dpop_proofs.empty();
  auto answer = co_await call(std::move(*credentials), request);
  http::Response response = answer ? json_answer(*answer) : client_error(answer.error(), basic);
  if (with_dpop) response.headers.add("DPoP-Nonce", engine.dpop.nonce());
  co_return response;
}

}  // namespace sigma::oauth_http
