#include "admin/answers.hpp"

#include "sigma/core/log.hpp"
#include "sigma/http/status.hpp"

namespace sigma::service {
namespace {

std::string_view title_of(int status) {
  switch (status) {
    case 400:
      return "Bad Request";
    case 401:
      return "Unauthorized";
    case 403:
      return "Forbidden";
    case 404:
      return "Not Found";
    case 405:
      return "Method Not Allowed";
    case 408:
      return "Request Timeout";
    case 409:
      return "Conflict";
    case 413:
      return "Content Too Large";
    case 414:
      return "URI Too Long";
    case 415:
      return "Unsupported Media Type";
    case 421:
      return "Misdirected Request";
    case 422:
      return "Unprocessable Content";
    case 431:
      return "Request Header Fields Too Large";
    case 503:
      return "Service Unavailable";
    default:
      return status < 500 ? "Bad Request" : "Internal Server Error";
  }
}

http::Response answer(int status, std::string_view content_type, const core::Json& value) {
  http::Response response;
  response.status = status;
  response.headers.add("Content-Type", std::string(content_type));
  response.headers.add("Cache-Control", "no-store");
  response.headers.add("X-Content-Type-Options", "nosniff");
  if (status == 503) response.headers.add("Retry-After", "1");
  response.body = core::dump_json(value);
  return response;
}

}  // namespace

http::Response admin_json(const core::Json& value, int status) {
  return answer(status, "application/json", value);
}

http::Response problem(int status, std::string_view detail, std::string_view code) {
  core::Json json = {{"type", "about:blank"}, {"title", title_of(status)}, {"status", status}, {"detail", detail}};
  if (!code.empty()) json["code"] = code;
  return answer(status, "application/problem+json", json);
}

http::Response problem(const core::Error& error) {
  const int status = http::status_of(error.code());
  if (status >= 500) core::log::error("admin_request_failed", error);
  return problem(status, error.description().empty() ? "The server failed; its log says why." : error.description());
}

JsonBody json_body(const http::Request& request) {
  const std::string type = request.content_type();
  const bool patch = request.method == http::Method::patch && type == "application/merge-patch+json";
  if (type != "application/json" && !patch) return {{}, problem(415, "Send the body as application/json.")};
  auto json = core::parse_json(request.body);
  if (!json) return {{}, problem(json.error())};
  if (!json->is_object()) return {{}, problem(400, "The body must be a JSON object.")};
  return {std::move(*json), {}};
}

}  // namespace sigma::service
