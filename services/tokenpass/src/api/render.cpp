#include "api/render.hpp"

#include "api/routes.hpp"
#include "provider/routes.hpp"
#include "sigma/core/encoding.hpp"
#include "sigma/oauth_http/answers.hpp"

namespace sigma::tokenpass {
namespace {

bool shows_url(ProblemCode code) {
  switch (code) {
    case ProblemCode::wallet_locked:
    case ProblemCode::token_missing:
    case ProblemCode::token_unknown:
    case ProblemCode::token_expired:
    case ProblemCode::not_authorised:
      return true;
    default:
      return false;
  }
}

constexpr int kMisdirected = 421;

}  // namespace

http::Response json_answer(const core::Json& value, int status) {
  http::Response response;
  response.status = status;
  response.headers.add("Content-Type", "application/json");
  response.headers.add("Cache-Control", "no-store");
  response.body = core::dump_json(value);
  return response;
}

http::Response success() {
  return json_answer({{"success", true}});
}

http::Response problem_answer(const Problem& problem, const Config& config) {
  core::Json body = {{"error", problem.text()}, {"success", false}};
  if (problem.code() != ProblemCode::none) body["code"] = static_cast<int>(problem.code());
  if (problem.unreadable_envelope()) body["code"] = "SESSION_DECRYPT_FAILED";
  if (shows_url(problem.code())) {
    body["errorURL"] = problem.url().empty() ? config.base_url() + "/auth" : problem.url();
  }
  if (problem.retry_after()) body["retryAfter"] = problem.retry_after()->count();
  http::Response response = json_answer(body, problem.status());
  if (problem.retry_after()) {
    response.headers.add("Retry-After", std::to_string(problem.retry_after()->count()));
    response.headers.add("X-RateLimit-Limit", std::to_string(problem.limit()));
    response.headers.add("X-RateLimit-Remaining", "0");
  }
  return response;
}

http::Response transport_error(const Config& config, const http::Request& request, int status,
                               std::string_view description) {
  if (is_oauth(request) && status != kMisdirected) {
    const char* error = status == 503 ? "temporarily_unavailable" : status >= 500 ? "server_error" : "invalid_request";
    return oauth_http::json_answer({{"error", error}, {"error_description", description}}, status);
  }
  const ProblemCode code = status == kMisdirected ? ProblemCode::not_authorised : ProblemCode::none;
  return problem_answer(Problem(status, std::string(description), code), config);
}

void add_common_headers(const Config& config, const http::Request& request, http::Response& response) {
  response.headers.set("X-Content-Type-Options", "nosniff");
  if (!is_api(request)) return;
  response.headers.add("Vary", "Origin");
  // Of a foreign Host we say nothing that a page could read.
  if (response.status == kMisdirected || request.headers.count("origin") != 1) return;
  const Caller caller = caller_of(request, config);
  response.headers.set("Access-Control-Allow-Origin", std::string(*request.headers.find("origin")));
  response.headers.set("Access-Control-Allow-Methods", "GET, POST, DELETE, OPTIONS");
  response.headers.set("Access-Control-Allow-Headers", "Content-Type, Authorization, X-Session-Key");
  response.headers.set("Access-Control-Max-Age", "86400");
  if (caller.kind == CallerKind::whitelisted) response.headers.set("Access-Control-Allow-Credentials", "true");
  if (request.method == http::Method::options &&
      request.headers.find("access-control-request-private-network") == "true") {
    response.headers.set("Access-Control-Allow-Private-Network", "true");
  }
}

}  // namespace sigma::tokenpass
