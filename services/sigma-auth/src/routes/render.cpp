#include "routes/render.hpp"

#include <fmt/format.h>

#include "assets.hpp"

namespace sigma::service {
namespace {

void add_retry_after(http::Response& response) {
  if (response.status == 503) response.headers.set("Retry-After", "1");
}

ErrorPage page_of(const oauth::Error& error) {
  if (error.is_outage()) return ErrorPage::outage;
  switch (error.code()) {
    case oauth::ErrorCode::invalid_client:
      return ErrorPage::unknown_application;
    case oauth::ErrorCode::client_disabled:
      return ErrorPage::application_off;
    case oauth::ErrorCode::invalid_redirect:
      return ErrorPage::wrong_return_address;
    case oauth::ErrorCode::invalid_signature:
      return ErrorPage::stale;
    default:
      return ErrorPage::unusable;
  }
}

/// A browser that goes to an address says so; programs that expect no page do not.
bool shows_pages(const http::Request& request) {
  return request.headers.find("Accept").value_or("").find("text/html") != std::string_view::npos;
}

}  // namespace

http::Response cacheable_json(std::shared_ptr<const std::string> body, std::string cache_control) {
  http::Response response;
  response.headers.add("Content-Type", "application/json");
  response.headers.add("Cache-Control", std::move(cache_control));
  response.shared_body = std::move(body);
  return response;
}

http::Response session_error(const oauth::Error& error) {
  log_outage(error);
  return message_error(error.status(), error.description(), error.name());
}

bool is_fetch(const http::Request& request) {
  if (request.headers.find("Sec-Fetch-Mode") == "cors") return true;
  const auto accept = request.headers.find("Accept");
  return accept && accept->find("application/json") != std::string_view::npos;
}

http::Response redirect(const http::Request& request, const std::string& url) {
  if (is_fetch(request)) return json_answer({{"redirect", true}, {"url", url}});
  http::Response response;
  response.status = 302;
  response.headers.add("Location", url);
  response.headers.add("Cache-Control", "no-store");
  return response;
}

http::Response error_page(const http::Request& request, const oauth::Error& error) {
  log_outage(error);
  if (is_fetch(request))
    return json_answer({{"error", error.name()}, {"error_description", error.description()}},
                       error.is_outage() ? error.status() : 400);
  return error_page(request, error.is_outage() ? error.status() : 400, page_of(error),
                    fmt::format("{}: {}", error.name(), error.description()));
}

http::Response error_page(const http::Request& request, int status, ErrorPage page, std::string_view details) {
  const Language language = language_of(request);
  const ErrorTexts& says = error_texts(page, language);
  const ErrorFrame& frame = error_frame(language);
  const web::TemplateText texts[] = {
      {"language", tag_of(language)},    {"title", says.title}, {"happened", says.happened},
      {"advice", says.advice},           {"details", details},  {"reference_label", frame.reference},
      {"reference", request.request_id}, {"start", frame.start}};
  http::Response response = web::fill_template(status, "error.html", texts);
  add_retry_after(response);
  return response;
}

http::Response transport_error(const http::Request& request, int status, std::string_view description) {
  const bool api =
      request.path == "/api" || request.path.starts_with("/api/") || request.path.starts_with("/.well-known/");
  if (!api && !is_fetch(request)) {
    if (status == 404) return error_page(request, status, ErrorPage::nothing_here);
    if (status == 405) return error_page(request, status, ErrorPage::wrong_method, description);
    if (status >= 500 && shows_pages(request)) return error_page(request, status, ErrorPage::outage, description);
  }
  const bool oauth = request.path.starts_with("/api/auth/oauth2/") || request.path.starts_with("/api/auth/device");
  const std::string_view code = status == 404   ? "NOT_FOUND"
                                : status == 405 ? "METHOD_NOT_ALLOWED"
                                : status == 413 ? "PAYLOAD_TOO_LARGE"
                                : status == 415 ? "UNSUPPORTED_MEDIA_TYPE"
                                : status == 429 ? "TOO_MANY_REQUESTS"
                                : status == 503 ? "SERVICE_UNAVAILABLE"
                                : status >= 500 ? "INTERNAL_SERVER_ERROR"
                                                : "BAD_REQUEST";
  if (oauth && status != 415) {
    const std::string_view error = status == 404   ? "not_found"
                                   : status == 429 ? "too_many_requests"
                                   : status == 503 ? "temporarily_unavailable"
                                   : status >= 500 ? "server_error"
                                                   : "invalid_request";
    return json_answer({{"error", error}, {"error_description", description}}, status);
  }
  return message_error(status, description, code);
}

void add_security_headers(const http::Request&, http::Response& response) {
  const auto add = [&](std::string_view name, std::string_view value) {
    if (!response.headers.contains(name)) response.headers.add(std::string(name), std::string(value));
  };
  add("X-Content-Type-Options", "nosniff");
  add("Referrer-Policy", "no-referrer");
  // The signer's policy lets it be framed (assets.cpp), and this older header would refuse what that one allows.
  const auto policy = response.headers.find("Content-Security-Policy");
  if (!policy || policy->find("frame-ancestors *") == std::string_view::npos) add("X-Frame-Options", "DENY");
  // Pages bring their own policy (assets.cpp); answers that are no pages may load nothing at all.
  add("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'");
}

}  // namespace sigma::service
