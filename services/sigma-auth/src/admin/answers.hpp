// Answers of the admin listener: JSON, and RFC 9457 problem documents.
#pragma once
#include <optional>
#include <string>
#include <string_view>

#include "sigma/core/json.hpp"
#include "sigma/http/message.hpp"

namespace sigma::service {

/// application/json, never cached.
http::Response admin_json(const core::Json& value, int status = 200);
/// {"type","title","status","detail"} as application/problem+json (RFC 9457 §3), and "code" for what a program tells
/// apart (§3.2).
http::Response problem(int status, std::string_view detail, std::string_view code = {});
/// The same for an error; what is our fault is logged with its cause.
http::Response problem(const core::Error& error);

/// The JSON object of a request: 415 for another content type, 400 for text that is no JSON object.
struct JsonBody {
  core::Json json;
  std::optional<http::Response> refusal;
};
JsonBody json_body(const http::Request& request);

}  // namespace sigma::service
