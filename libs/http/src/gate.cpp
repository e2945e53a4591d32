#include "gate.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "answer.hpp"
#include "sigma/core/encoding.hpp"
#include "sigma/core/log.hpp"
#include "text.hpp"

namespace sigma::http {
namespace log = core::log;
namespace {

/// What scripts of other origins may send beside what every script may.
constexpr std::string_view kAskedHeaders = "Authorization, Content-Type, X-Auth-Token, X-Sigma-Enrollment-Proof, DPoP";
/// What they need of an answer for their next request: the nonce (RFC 9449 §8), why a token was refused, when to try
/// again. With credentials also the session's token, which better-auth's clients keep.
constexpr std::string_view kShownWithCredentials =
    "DPoP-Nonce, WWW-Authenticate, Retry-After, X-Retry-After, RateLimit, RateLimit-Policy, set-auth-token";
constexpr std::string_view kShownHeaders = kShownWithCredentials.substr(0, kShownWithCredentials.rfind(", "));

constexpr Refusal kBadTarget{400, "The request target is not a path."};
constexpr Refusal kBadHost{400, "HTTP/1.1 requests need exactly one valid Host field."};
constexpr Refusal kMisdirected{421, "This server does not answer for that host."};
constexpr Refusal kNotFound{404, "There is nothing at this address."};
constexpr Refusal kMethodNotAllowed{405, "This address does not answer to that method."};
constexpr Refusal kUnmetExpectation{417, "The only expectation this server meets is 100-continue."};

// reg-name, IPv4 or [IPv6], and a port: the characters of RFC 3986 §3.2.2 without user information.
bool is_host(std::string_view text) {
  constexpr std::size_t kLongest = 255 + sizeof(":65535");
  if (text.empty() || text.size() > kLongest) return false;
  return std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
           std::string_view("-._~%!$&'()*+;=:[]").find(c) != std::string_view::npos;
  });
}

bool is_visible_ascii(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return c > 0x20 && c < 0x7f; });
}

std::string join(const std::vector<Method>& methods) {
  std::string out;
  for (const Method method : methods) {
    if (!out.empty()) out += ", ";
    out += to_string(method);
  }
  return out;
}

std::optional<Method> parse_method(std::string_view text) {
  for (int i = 0; i < static_cast<int>(Method::other); ++i) {
    if (to_string(static_cast<Method>(i)) == text) return static_cast<Method>(i);
  }
  return std::nullopt;
}

std::string_view error_word(int status) {
  switch (status) {
    case 404:
      return "not_found";
    case 405:
      return "method_not_allowed";
    case 408:
      return "request_timeout";
    case 413:
      return "content_too_large";
    case 414:
      return "uri_too_long";
    case 415:
      return "unsupported_media_type";
    case 417:
      return "expectation_failed";
    case 421:
      return "misdirected_request";
    case 431:
      return "request_header_fields_too_large";
    case 500:
      return "server_error";
    case 503:
      return "temporarily_unavailable";
    default:
      return "invalid_request";
  }
}

}  // namespace

Response plain_refusal(int status, std::string_view description) {
  Response response;
  response.status = status;
  response.headers.add("Content-Type", "application/json");
  response.headers.add("Cache-Control", "no-store");
  response.body = fmt::format(R"({{"error":"{}","error_description":"{}"}})", error_word(status), description);
  return response;
}

core::Result<std::unique_ptr<Gate>> Gate::make(ServerOptions options, std::shared_ptr<const Router> router,
                                               core::Metrics& metrics) {
  SIGMA_TRY(TrustedProxies proxies, TrustedProxies::parse(options.trusted_proxies));
  return std::unique_ptr<Gate>(new Gate(std::move(options), std::move(router), metrics, std::move(proxies)));
}

Gate::Gate(ServerOptions options, std::shared_ptr<const Router> router, core::Metrics& metrics, TrustedProxies proxies)
    : options_(std::move(options)),
      router_(std::move(router)),
      metrics_(metrics, options_.name, *router_),
      proxies_(std::move(proxies)),
      hosts_(options_.allowed_hosts.begin(), options_.allowed_hosts.end()),
      origins_(options_.trusted_origins.begin(), options_.trusted_origins.end()) {}

Peer Gate::peer(const Address& address) const {
  const Address plain = without_mapping(address);
  return {plain, plain.to_string(), proxies_.contains(plain)};
}

std::optional<Refusal> Gate::check_target(Request& request, bool http11) const {
  const std::size_t host_fields = request.headers.count("host");
  if (host_fields > 1 || (host_fields == 0 && http11)) return kBadHost;
  std::string host(request.headers.find("host").value_or(""));
  if (host_fields == 1 && !is_host(host)) return kBadHost;
  if (!is_visible_ascii(request.target) || request.target.find('#') != std::string::npos) return kBadTarget;

  // Absolute form (RFC 9112 §3.2.2): its authority counts; a Host that says otherwise is an attempt to confuse.
  const std::string lower = core::to_lower_ascii(std::string_view(request.target).substr(0, sizeof("https://") - 1));
  for (const std::string_view scheme : {"http://", "https://"}) {
    if (!lower.starts_with(scheme)) continue;
    const auto end = std::min(request.target.find_first_of("/?", scheme.size()), request.target.size());
    const std::string authority = request.target.substr(scheme.size(), end - scheme.size());
    if (!is_host(authority) || (host_fields == 1 && !iequals(authority, host))) return kBadHost;
    host = authority;
    request.target.erase(0, end);
    if (!request.target.starts_with('/')) request.target.insert(0, 1, '/');
  }
  const bool asterisk = request.target == "*" && request.method == Method::options;
  if (!request.target.starts_with('/') && !asterisk) return kBadTarget;
  if (!hosts_.empty() && !hosts_.contains(core::to_lower_ascii(host))) return kMisdirected;
  return std::nullopt;
}

Admission Gate::admit(Request& request, const Peer& peer, bool http11) const {
  Admission admission;
  request.remote_address = peer.text;
  if (peer.trusted_proxy) {
    if (auto forwarded = proxies_.forwarded_for(request.headers)) request.remote_address = std::move(*forwarded);
  }

  admission.refusal = check_target(request, http11);
  if (admission.refusal) return admission;

  const auto question = std::min(request.target.find('?'), request.target.size());
  request.path.assign(request.target, 0, question);
  request.query.assign(request.target, std::min(question + 1, request.target.size()));
  if (request.path.size() > 1 && request.path.back() == '/') request.path.pop_back();

  Router::Match match = router_->find(request.method, request.path);
  if (!match.route && request.method == Method::options) {
    answer_options(request, match, admission);
    return admission;
  }
  admission.route = match.route;
  if (!match.route) {
    admission.refusal = match.any_method ? kMethodNotAllowed : kNotFound;
    admission.allowed_methods = std::move(match.allowed_methods);
    if (match.any_method) admission.cors = match.any_method->options.cors;
    return admission;
  }
  admission.cors = match.route->options.cors;
  admission.body_limit = match.route->options.body_limit;
  for (auto& [name, value] : match.path_parameters) request.path_parameters.emplace(std::move(name), std::move(value));
  const auto expectation = request.headers.find("expect");
  if (expectation && !iequals(*expectation, "100-continue")) admission.refusal = kUnmetExpectation;
  return admission;
}

void Gate::answer_options(const Request& request, const Router::Match& match, Admission& admission) const {
  if (!match.any_method && request.target != "*") {
    admission.refusal = kNotFound;
    return;
  }
  Response& answer = admission.answer.emplace();
  answer.status = 204;
  const std::string allowed =
      match.any_method ? join(match.allowed_methods) : "GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS";
  answer.headers.add("Allow", allowed);

  const auto wanted = request.headers.find("access-control-request-method");
  if (!match.any_method || !wanted || !request.headers.contains("origin")) return;
  const auto method = parse_method(*wanted);
  const Route* route = method ? router_->find(*method, request.path).route : nullptr;
  if (!route) return;
  admission.cors = route->options.cors;
  const bool trusted_origin = origins_.contains(std::string(*request.headers.find("origin")));
  if (admission.cors == Cors::any || (admission.cors == Cors::trusted && trusted_origin)) {
    answer.headers.add("Access-Control-Allow-Methods", allowed);
    answer.headers.add("Access-Control-Allow-Headers", std::string(kAskedHeaders));
    answer.headers.add("Access-Control-Max-Age", "3600");
  }
}

void Gate::add_cors(const Request& request, Cors cors, Headers& headers) const {
  if (cors == Cors::none) return;
  if (cors == Cors::any) {
    headers.set("Access-Control-Allow-Origin", "*");
    headers.set("Access-Control-Expose-Headers", std::string(kShownHeaders));
    return;
  }
  headers.add("Vary", "Origin");
  const auto origin = request.headers.find("origin");
  if (!origin || request.headers.count("origin") != 1 || !origins_.contains(std::string(*origin))) return;
  headers.set("Access-Control-Allow-Origin", std::string(*origin));
  headers.set("Access-Control-Allow-Credentials", "true");
  headers.set("Access-Control-Expose-Headers", std::string(kShownWithCredentials));
}

Response Gate::refuse(const Request& request, const Admission& admission, int status,
                      std::string_view description) const {
  Response response;
  if (options_.render_error) {
    try {
      response = options_.render_error(request, status, description);
    } catch (const std::exception& e) {
      log::error("render_error threw", {{"request_id", request.request_id}, {"cause", e.what()}});
      response = {};
    }
  }
  const bool empty = response.body.empty() && (!response.shared_body || response.shared_body->empty());
  if (empty || !is_sendable(response)) response = plain_refusal(status, description);
  if (status == 405 && !response.headers.contains("allow"))
    response.headers.add("Allow", join(admission.allowed_methods));
  if (status == 503 && !response.headers.contains("retry-after")) response.headers.add("Retry-After", "1");
  return response;
}

Response Gate::finish(const Request& request, const Admission& admission, Response response) const {
  try {
    add_cors(request, admission.cors, response.headers);
    if (options_.finish) options_.finish(request, response);
    if (is_sendable(response)) return response;
    log::error("answer cannot be sent", {{"request_id", request.request_id},
                                         {"route", admission.route ? admission.route->path : ""},
                                         {"status", response.status}});
  } catch (const std::exception& e) {
    log::error("finish threw", {{"request_id", request.request_id}, {"cause", e.what()}});
  }
  Response failure = refuse(request, admission, 500, "The server failed to answer.");
  add_cors(request, admission.cors, failure.headers);
  return failure;
}

}  // namespace sigma::http
