// From the engine's values to answers of OAuth.
#pragma once
#include <optional>
#include <string>
#include <string_view>

#include "sigma/core/json.hpp"
#include "sigma/http/message.hpp"
#include "sigma/oauth/error.hpp"

namespace sigma::oauth_http {

/// 200 application/json, never cached; 503 says when to try again.
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
http::Response message_error(int status, std::string_view message, std::string_view code);
/// The cause of an outage, to the log: callers are not told.
void log_outage(const oauth::Error& error);

}  // namespace sigma::oauth_http
