#include <fmt/format.h>

#include <algorithm>

#include "each_once.hpp"
#include "sigma/core/encoding.hpp"
#include "sigma/core/number.hpp"
#include "sigma/oauth/authorize/authorization_request.hpp"
#include "sigma/oauth/registration/security_profile.hpp"
#include "sigma/oauth/tokens/resources.hpp"

namespace sigma::oauth {
namespace {

std::optional<std::string> text_of(const AuthorizationRequest& request, std::string_view name) {
  const auto value = request.parameters.find_nonempty(name);
  return value ? std::optional<std::string>(*value) : std::nullopt;
}

// As it was sent, empty or not; nothing when there are two.
std::optional<std::string> only_value_of(const AuthorizationRequest& request, std::string_view name) {
  const auto& all = request.parameters.parameters();
  if (std::ranges::count(all, name, &http::Form::Parameter::first) != 1) return std::nullopt;
  return std::string(*request.parameters.find(name));
}

Error bad_request(std::string description) {
  return {ErrorCode::invalid_request, std::move(description)};
}

Result<void> check_identifying_parameters_once(AuthorizationRequest& request, const Settings&) {
  http::Form identifying;
  for (const auto& [name, value] : request.parameters.parameters()) {
    if (name == "client_id" || name == "redirect_uri") identifying.add(name, value);
  }
  return each_once(identifying);
}

Result<void> check_client(AuthorizationRequest& request, const Settings&) {
  if (request.client.id.empty())
    return Error{ErrorCode::invalid_client,
                 "The application that sent you is not registered here (client_id is missing or unknown)."};
  if (request.client.disabled)
    return Error{ErrorCode::client_disabled, "The application that sent you is switched off on this server."};
  return {};
}

Result<void> check_redirect_uri(AuthorizationRequest& request, const Settings&) {
  // An empty value is a value here: nobody who left the parameter out sends it empty.
  const auto sent = request.parameters.find("redirect_uri");
  const auto& registered = request.client.redirect_uris;
  if (!sent) {
    if (registered.size() != 1 || is_held_to_fapi(request.client))
      return Error{ErrorCode::invalid_redirect,
                   "The application did not say where to return to (redirect_uri is missing)."};
    request.redirect_uri = registered.front();
    request.redirect_uri_was_sent = false;
    return {};
  }
  const bool native = core::json_string(request.client.metadata, "application_type") == "native";
  const bool known = std::any_of(registered.begin(), registered.end(),
                                 [&](const std::string& uri) { return redirect_uri_matches(uri, *sent, native); });
  if (!known)
    return Error{ErrorCode::invalid_redirect,
                 "The application asked to return to an address that is not registered for it (redirect_uri)."};
  request.redirect_uri = *sent;
  return {};
}

// What every answer needs, also that of an error: before the first rule that can fail.
Result<void> read_delivery(AuthorizationRequest& request, const Settings&) {
  request.state = only_value_of(request, "state");
  if (only_value_of(request, "response_mode") == "form_post") request.response_mode = ResponseMode::form_post;
  return {};
}

Result<void> check_parameters_once(AuthorizationRequest& request, const Settings&) {
  return each_once(request.parameters, {"resource"});
}

Result<void> check_request_object(AuthorizationRequest& request, const Settings&) {
  if (text_of(request, "request"))
    return Error{ErrorCode::request_not_supported, "Request objects are not supported; send plain parameters."};
  if (text_of(request, "request_uri"))
    return Error{ErrorCode::request_uri_not_supported,
                 "request_uri is only supported for requests that were pushed to this server (RFC 9126)."};
  return {};
}

Result<void> check_response_type(AuthorizationRequest& request, const Settings&) {
  const auto type = text_of(request, "response_type");
  if (!type) return bad_request("response_type is missing; send response_type=code.");
  if (*type == "code") return {};
  if (type->find("token") != std::string::npos && request.response_mode == ResponseMode::query) {
    request.response_mode = ResponseMode::fragment;  // where such a client looks for its answer
  }
  return Error{ErrorCode::unsupported_response_type, "Only response_type=code is supported."};
}

Result<void> check_response_mode(AuthorizationRequest& request, const Settings&) {
  const auto mode = text_of(request, "response_mode");
  if (!mode || *mode == "query" || *mode == "form_post") return {};
  return bad_request("Only response_mode=query and form_post are supported.");
}

Result<void> check_prompt(AuthorizationRequest& request, const Settings&) {
  constexpr std::string_view kKnown[] = {"none", "login", "consent", "select_account", "create"};
  const std::string text = text_of(request, "prompt").value_or("");
  std::size_t at = 0;
  while (at < text.size()) {
    const std::size_t end = std::min(text.find(' ', at), text.size());
    const std::string value = text.substr(at, end - at);
    if (!value.empty()) {
      if (std::find(std::begin(kKnown), std::end(kKnown), value) == std::end(kKnown)) {
        return bad_request("prompt knows none, login, consent, select_account and create.");
      }
      request.prompt.insert(value);
    }
    at = end + 1;
  }
  if (request.prompt.contains("none") && request.prompt.size() > 1)
    return bad_request("prompt=none cannot be combined with another prompt.");
  return {};
}

Result<void> check_grant_allowed(AuthorizationRequest& request, const Settings&) {
  const auto& grants = request.client.grant_types;
  if (std::find(grants.begin(), grants.end(), "authorization_code") == grants.end()) {
    return Error{ErrorCode::unauthorized_client, "This client is not registered for the authorization code grant."};
  }
  return {};
}

Result<void> check_scope(AuthorizationRequest& request, const Settings& settings) {
  SIGMA_TRY(request.scopes, requested_scopes(text_of(request, "scope").value_or(""), settings.scopes, request.client));
  return {};
}

// RFC 7636 §4.3. "plain" protects nothing that S256 does not, and lets a leaked request be redeemed.
Result<void> check_pkce(AuthorizationRequest& request, const Settings&) {
  request.code_challenge = text_of(request, "code_challenge");
  const auto method = text_of(request, "code_challenge_method");
  if (!request.code_challenge) {
    if (method) return bad_request("code_challenge_method was sent without code_challenge.");
    const bool require = request.client.metadata.value("require_pkce", false) || is_held_to_fapi(request.client);
    if (request.client.auth_method == "none" || require)
      return bad_request("This client must use PKCE: send code_challenge with code_challenge_method=S256.");
    return {};
  }
  if (method.value_or("plain") != "S256") return bad_request("code_challenge_method must be S256.");
  const auto digest = core::base64url_decode(*request.code_challenge);
  if (!digest || digest->size() != 32)
    return bad_request("code_challenge must be the base64url SHA-256 of the verifier: 43 characters.");
  return {};
}

Result<void> check_resources(AuthorizationRequest& request, const Settings& settings) {
  SIGMA_TRY(request.resources, requested_resources(request.parameters, settings.resources));
  return {};
}

Result<void> check_dpop_key(AuthorizationRequest& request, const Settings&) {
  request.dpop_jkt = text_of(request, "dpop_jkt");
  if (!request.dpop_jkt) return {};
  const auto digest = core::base64url_decode(*request.dpop_jkt);
  if (!digest || digest->size() != 32)
    return bad_request("dpop_jkt must be the base64url SHA-256 thumbprint of the key: 43 characters (RFC 7638).");
  return {};
}

// Only what the client may have at all; and only beside openid, because it is a matter of that layer.
Result<void> check_claims(AuthorizationRequest& request, const Settings&) {
  const auto text = text_of(request, "claims");
  if (!text || !has_scope(request.scopes, "openid")) return {};
  SIGMA_TRY(request.claims, parse_claims_request(*text));
  if (!request.client.scopes.empty()) request.claims.keep_only(request.client.scopes);
  request.required_subject = request.claims.sub;
  return {};
}

Result<void> check_nonce_and_max_age(AuthorizationRequest& request, const Settings&) {
  if (const auto usual = request.client.metadata.find("default_max_age"); usual != request.client.metadata.end())
    request.max_age = usual->get<std::int64_t>();
  request.nonce = text_of(request, "nonce");
  if (request.nonce && request.nonce->size() > 1'000) return bad_request("nonce is too long; 1,000 bytes are enough.");
  if (const auto text = text_of(request, "max_age")) {
    const auto seconds = core::parse_number<std::int64_t>(*text);
    if (!seconds || *seconds < 0) return bad_request("max_age must be a number of seconds, 0 or more.");
    request.max_age = std::min<std::int64_t>(*seconds, 10LL * 366 * 86'400);
  }
  return {};
}

// The app may want one identity of the person; clients send it under both names (contract §2).
Result<void> check_wanted_identity(AuthorizationRequest& request, const Settings&) {
  const auto camel = text_of(request, "bapId");
  const auto snake = text_of(request, "bap_id");
  if (camel && snake && *camel != *snake) return bad_request("bapId and bap_id name two different identities.");
  request.wanted_identity = camel ? camel : snake;
  return {};
}

struct Loopback {
  std::string_view before_port;  // "http://127.0.0.1" or "http://[::1]"
  std::string_view after_port;   // "/path?query"
};

std::optional<Loopback> split_loopback(std::string_view uri) {
  for (const std::string_view host : {"http://127.0.0.1", "http://[::1]"}) {
    if (!uri.starts_with(host)) continue;
    std::string_view rest = uri.substr(host.size());
    if (rest.starts_with(':')) {
      rest.remove_prefix(1);
      const auto digits = std::min(rest.find_first_not_of("0123456789"), rest.size());
      if (digits == 0 || digits > 5) return std::nullopt;
      if (core::parse_number<std::uint16_t>(rest.substr(0, digits)).value_or(0) == 0) return std::nullopt;
      rest.remove_prefix(digits);
    }
    if (!rest.empty() && rest.front() != '/' && rest.front() != '?') return std::nullopt;
    return Loopback{host, rest};
  }
  return std::nullopt;
}

}  // namespace

Result<void> check_rules(AuthorizationRequest& request, const std::vector<AuthorizationRule>& rules,
                         const Settings& settings) {
  for (const AuthorizationRule& rule : rules) SIGMA_CHECK(rule.check(request, settings));
  return {};
}

bool redirect_uri_matches(std::string_view registered, std::string_view sent, bool native_client) {
  if (registered == sent) return true;
  if (!native_client) return false;
  const auto a = split_loopback(registered);
  const auto b = split_loopback(sent);
  return a && b && a->before_port == b->before_port && a->after_port == b->after_port;
}

const std::vector<AuthorizationRule>& page_rules() {
  static const std::vector<AuthorizationRule> rules = {
      {"check_identifying_parameters_once", "RFC 6749 §3.1", check_identifying_parameters_once},
      {"check_client", "RFC 6749 §4.1.2.1", check_client},
      {"check_redirect_uri", "RFC 6749 §3.1.2.3, RFC 9700 §2.1", check_redirect_uri},
  };
  return rules;
}

const std::vector<AuthorizationRule>& redirect_rules() {
  static const std::vector<AuthorizationRule> rules = {
      {"read_delivery", "OAuth 2.0 Form Post Response Mode §2", read_delivery},
      {"check_parameters_once", "RFC 6749 §3.1", check_parameters_once},
      {"check_request_object", "OpenID Connect Core §6", check_request_object},
      {"check_response_type", "RFC 6749 §3.1.1", check_response_type},
      {"check_response_mode", "OAuth 2.0 Multiple Response Type Encoding Practices §2.1", check_response_mode},
      {"check_prompt", "OpenID Connect Core §3.1.2.1", check_prompt},
      {"check_grant_allowed", "RFC 6749 §4.1.2.1", check_grant_allowed},
      {"check_scope", "RFC 6749 §3.3", check_scope},
      {"check_pkce", "RFC 7636 §4.3, RFC 9700 §2.1.1", check_pkce},
      {"check_claims", "OpenID Connect Core §5.5", check_claims},
      {"check_resources", "RFC 8707 §2.1", check_resources},
      {"check_dpop_key", "RFC 9449 §10", check_dpop_key},
      {"check_nonce_and_max_age", "OpenID Connect Core §3.1.2.1", check_nonce_and_max_age},
      {"check_wanted_identity", "Sigma contract §2", check_wanted_identity},
  };
  return rules;
}

}  // namespace sigma::oauth
