#pragma once
#include "api/call.hpp"

namespace sigma::tokenpass {

http::Response json_answer(const core::Json& value, int status = 200);
/// {"success":true}
http::Response success();
/// {"error","success":false} with "code", "errorURL", "retryAfter" and headers where they apply.
http::Response problem_answer(const Problem& problem, const Config& config);

/// What the transport refuses (404, 405, 413 …), in the same words; a page for people outside /api/.
http::Response transport_error(const Config& config, const http::Request& request, int status,
                               std::string_view description);
/// The fields that every answer carries: CORS with Private Network Access, Vary, no sniffing.
void add_common_headers(const Config& config, const http::Request& request, http::Response& response);

}  // namespace sigma::tokenpass
