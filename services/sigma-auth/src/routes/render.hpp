// From values to answers: the only place that knows both our errors and HTTP.
#pragma once
#include <optional>
#include <string>
#include <string_view>

#include "sigma/core/json.hpp"
#include "sigma/http/message.hpp"
#include "sigma/oauth/error.hpp"

namespace sigma::service {

/// 200 application/json, never cached.
http::Response json_answer(const core::Json& value, int status = 200);
/// {"error","error_description"} (RFC 6749 §5.2), logged when it is our fault.
http::Response oauth_error(const oauth::Error& error);
/// The same with WWW-Authenticate (RFC 6750 §3). `status` replaces the table's where RFC 6750 wants another;
/// `resource_metadata`: the address that says how to get a token (RFC 9728 §5.1).
http::Response bearer_error(const oauth::Error& error, std::optional<int> status = {},
                            std::string_view resource_metadata = {});
/// The same for a token that was presented with the DPoP scheme (RFC 9449 §7.1): always 401, and the algorithms.
http::Response dpop_error(const oauth::Error& error, std::string_view resource_metadata = {});
/// {"message","code"} as better-auth's clients read it.
http::Response session_error(const oauth::Error& error);
http::Response message_error(int status, std::string_view message, std::string_view code);
/// 302, or 200 {"redirect":true,"url"} when a script asked (contract §2, fetch mode).
http::Response redirect(const http::Request& request, const std::string& url);
/// True when the answer is read by a script rather than shown by a browser.
bool is_fetch(const http::Request& request);
/// A page that explains, with the request id as reference.
http::Response error_page(const http::Request& request, const oauth::Error& error);
http::Response error_page(const http::Request& request, int status, std::string_view title,
                          std::string_view description);

/// What the transport refuses (404, 405, 413 …) in the words of the path: OAuth's, the session API's, or a page.
http::Response transport_error(const http::Request& request, int status, std::string_view description);
/// Security headers that every answer carries.
void add_security_headers(const http::Request& request, http::Response& response);

}  // namespace sigma::service
