// What handlers read out of a request: members of a JSON body, parameters of the query.
#pragma once
#include <optional>
#include <string>
#include <string_view>

#include "sigma/core/json.hpp"
#include "sigma/http/message.hpp"
#include "sigma/oauth/error.hpp"

namespace sigma::service {

bool is_json(const http::Request& request);
/// 415, for calls that take JSON alone: a form of somebody else's page cannot send that.
http::Response not_json(const http::Request& request);

/// ErrorCode::validation_error: "[body.<member>] …" and "[query.<name>] …" are how better-auth's clients know them.
oauth::Error invalid(std::string description);

/// The body, which has to be a JSON object; otherwise an error of this code that says what is wrong.
oauth::Result<core::Json> json_object(const http::Request& request,
                                      oauth::ErrorCode code = oauth::ErrorCode::validation_error);
/// The string member `name`; validation_error when it is none or is not there.
oauth::Result<std::string> text_member(const core::Json& body, std::string_view name);
/// The same of a member that may be null or missing.
oauth::Result<std::optional<std::string>> optional_text_member(const core::Json& body, std::string_view name);

/// The first value of a parameter of the query; nothing for an empty one, and in a query that cannot be read.
std::optional<std::string> query_parameter(const http::Request& request, std::string_view name);

}  // namespace sigma::service
