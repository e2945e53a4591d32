#include "sigma/oauth_http/answers.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "sigma/core/log.hpp"
#include "sigma/oauth/dpop/dpop_verifier.hpp"

namespace sigma::oauth_http {

http::Response json_answer(const core::Json& value, int status) {
  http::Response response;
  response.status = status;
  response.headers.add("Content-Type", "application/json");
  response.headers.add("Cache-Control", "no-store");
  response.headers.add("Pragma", "no-cache");
  response.body = core::dump_json(value);
  if (status == 503) response.headers.set("Retry-After", "1");
  return response;
}

http::Response oauth_error(const oauth::Error& error) {
  log_outage(error);
  http::Response response =
      json_answer({{"error", error.name()}, {"error_description", error.description()}}, error.status());
  if (error.retry_after()) {
    const std::string seconds = std::to_string(error.retry_after()->count());
    response.headers.set("Retry-After", seconds);
    response.headers.set("X-Retry-After", seconds);  // what better-auth's clients read (contract §6)
  }
  return response;
}

http::Response bearer_error(const oauth::Error& error, std::optional<int> status, std::string_view resource_metadata) {
  http::Response response = oauth_error(error);
  if (status) response.status = *status;
  // A request without any token only learns the scheme (RFC 6750 §3.1).
  const bool bare = error.code() == oauth::ErrorCode::invalid_request && response.status == 401;
  std::string challenge = "Bearer";
  if (!bare) challenge += fmt::format(" error=\"{}\", error_description=\"{}\"", error.name(), error.description());
  if (!resource_metadata.empty())
    challenge += fmt::format("{} resource_metadata=\"{}\"", bare ? "" : ",", resource_metadata);
  response.headers.add("WWW-Authenticate", std::move(challenge));
  return response;
}

http::Response dpop_error(const oauth::Error& error, std::string_view resource_metadata) {
  http::Response response = oauth_error(error);
  if (response.status == 400) response.status = 401;
  std::string challenge = fmt::format("DPoP error=\"{}\", error_description=\"{}\", algs=\"{}\"", error.name(),
                                      error.description(), fmt::join(oauth::dpop_algorithms(), " "));
  if (!resource_metadata.empty()) challenge += fmt::format(", resource_metadata=\"{}\"", resource_metadata);
  response.headers.add("WWW-Authenticate", std::move(challenge));
  return response;
}

http::Response message_error(int status, std::string_view message, std::string_view code) {
  return json_answer({{"message", message}, {"code", code}}, status);
}

void log_outage(const oauth::Error& error) {
  if (error.is_outage()) core::log::error("request_failed", error.cause());
}

}  // namespace sigma::oauth_http
