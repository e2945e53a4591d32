#include <optional>

#include "sigma/core/encoding.hpp"
#include "sigma/core/json.hpp"
#include "sigma/oauth/authorize/authorization_request.hpp"
#include "sigma/oauth/authorize/claims_request.hpp"
#include "sigma/oauth/device/user_code.hpp"
#include "sigma/oauth/registration/client_metadata.hpp"
#include "sigma/oauth/registration/redirect_uri.hpp"
#include "sigma/oauth/scope.hpp"
#include "targets.hpp"

namespace sigma::fuzz {
namespace {

// What follows the address and port of http://127.0.0.1:8080/… or http://[::1]/…; nothing when it is another host.
std::optional<std::string_view> after_loopback(std::string_view uri) {
  for (const std::string_view literal : {"http://127.0.0.1", "http://[::1]"}) {
    if (!uri.starts_with(literal)) continue;
    std::string_view rest = uri.substr(literal.size());
    if (rest.starts_with(':')) rest = rest.substr(std::min(rest.find_first_not_of("0123456789", 1), rest.size()));
    if (rest.empty() || rest[0] == '/' || rest[0] == '?') return rest;
  }
  return {};
}

}  // namespace

// Both halves of an input: what is registered, and what is asked for.
SIGMA_FUZZ(redirect_uri) {
  const std::size_t line = std::min(input.find('\n'), input.size());
  const std::string_view registered = input.substr(0, line);
  const std::string_view sent = input.substr(std::min(line + 1, input.size()));
  promise(!oauth::redirect_uri_matches(registered, sent, false) || sent == registered, "web clients: the same string");
  if (!oauth::redirect_uri_matches(registered, sent, true) || sent == registered) return;
  promise(after_loopback(registered) && after_loopback(sent), "only loopback literals");
  promise(after_loopback(registered) == after_loopback(sent), "only the port is free");
}

SIGMA_FUZZ(redirect_uri_rules) {
  if (!oauth::check_redirect_uri(input, {.native = true, .allow_http_loopback = true, .native_localhost = true}))
    return;
  promise(input.size() <= oauth::kMaxRedirectUri, "of a bearable length");
  promise(input.find_first_of(std::string_view("#\r\n\t \\\0", 8)) == std::string_view::npos, "no fragment, no blanks");
  const std::string scheme = core::to_lower_ascii(input.substr(0, input.find(':')));
  promise(scheme == "http" || scheme == "https" || scheme.find('.') != std::string::npos,
          "no scheme that runs or reads (RFC 8252 §7.1)");
}

SIGMA_FUZZ(scope) {
  const auto scopes = oauth::parse_scopes(input);
  if (!scopes) return;
  const auto again = oauth::parse_scopes(oauth::join_scopes(*scopes));
  promise(again && *again == *scopes, "scopes survive writing and reading");
}

SIGMA_FUZZ(user_code) {
  if (const auto code = oauth::canonical_user_code(input)) {
    promise(code->size() == oauth::kUserCodeLength, "eight characters");
    promise(oauth::canonical_user_code(oauth::show_user_code(*code)) == code, "one canonical form");
  }
}

SIGMA_FUZZ(claims_parameter) {
  if (oauth::parse_claims_request(input)) reached();
}

SIGMA_FUZZ(client_metadata) {
  const auto json = core::parse_json(input);
  if (!json || !json->is_object()) return;
  for (const auto registrar : {oauth::Registrar::administrator, oauth::Registrar::software}) {
    const auto described = oauth::describe_client(*json, oauth::registration_rules(registrar, {}), core::UtcTime{0});
    if (!described.faults.empty()) continue;
    reached();
    (void)core::dump_json(oauth::render_client(described.client));
    if (registrar == oauth::Registrar::software)
      promise(!described.client.skip_consent && !oauth::is_vouched_for(described.client), "nobody vouches for himself");
  }
}

}  // namespace sigma::fuzz
