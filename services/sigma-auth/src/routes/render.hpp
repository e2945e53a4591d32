// From values to answers: the only place that knows both our errors and HTTP.
#pragma once
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "routes/error_texts.hpp"
#include "sigma/core/json.hpp"
#include "sigma/http/message.hpp"
#include "sigma/oauth/error.hpp"
#include "sigma/oauth_http/answers.hpp"

namespace sigma::service {

using oauth_http::bearer_error;
using oauth_http::json_answer;
using oauth_http::log_outage;
using oauth_http::message_error;
using oauth_http::oauth_error;

/// JSON that caches may keep: `cache_control` says who and for how long. What the server keeps itself is not copied.
http::Response cacheable_json(std::shared_ptr<const std::string> body, std::string cache_control);
/// {"message","code"} as better-auth's clients read it.
http::Response session_error(const oauth::Error& error);
/// 302, or 200 {"redirect":true,"url"} when a script asked (contract §2, fetch mode).
http::Response redirect(const http::Request& request, const std::string& url);
/// True when the answer is read by a script rather than shown by a browser.
bool is_fetch(const http::Request& request);
/// A page that explains in the person's language, with the request id as reference. What only a developer can mend, the
/// error's name and description, stands below it.
http::Response error_page(const http::Request& request, const oauth::Error& error);
/// `details`: English, may be empty.
http::Response error_page(const http::Request& request, int status, ErrorPage page, std::string_view details = {});

/// What the transport refuses (404, 405, 413 …) in the words of the path: OAuth's, the session API's, or a page.
http::Response transport_error(const http::Request& request, int status, std::string_view description);
/// Security headers that every answer carries.
void add_security_headers(const http::Request& request, http::Response& response);

}  // namespace sigma::service
