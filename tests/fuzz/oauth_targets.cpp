#include "sigma/core/json.hpp"
#include "sigma/oauth/authorize/authorization_request.hpp"
#include "sigma/oauth/authorize/claims_request.hpp"
#include "sigma/oauth/device/user_code.hpp"
#include "sigma/oauth/registration/client_metadata.hpp"
#include "sigma/oauth/registration/redirect_uri.hpp"
#include "sigma/oauth/scope.hpp"
#include "targets.hpp"

namespace sigma::fuzz {

// Both halves of an input: what is registered, and what is asked for.
SIGMA_FUZZ(redirect_uri) {
  const std::size_t line = std::min(input.find('\n'), input.size());
  const std::string_view registered = input.substr(0, line);
  const std::string_view sent = input.substr(std::min(line + 1, input.size()));
  promise(!oauth::redirect_uri_matches(registered, sent, false) || sent == registered, "web clients: the same string");
  if (!oauth::redirect_uri_matches(registered, sent, true) || sent == registered) return;
  const auto path = [](std::string_view uri) {
    const auto slash = uri.find('/', 8);
    return slash == std::string_view::npos ? std::string_view() : uri.substr(slash);
  };
  for (const std::string_view uri : {registered, sent})
    promise(uri.starts_with("http://127.0.0.1") || uri.starts_with("http://[::1]"), "only loopback literals");
  promise(path(registered) == path(sent), "only the port is free");
}

SIGMA_FUZZ(redirect_uri_rules) {
  if (!oauth::check_redirect_uri(input, {.native = true, .allow_http_loopback = true, .native_localhost = true}))
    return;
  promise(input.size() <= oauth::kMaxRedirectUri, "of a bearable length");
  promise(input.find_first_of(std::string_view("#\r\n\t \\\0", 8)) == std::string_view::npos, "no fragment, no blanks");
  for (const std::string_view scheme : {"javascript:", "data:", "vbscript:", "file:", "blob:"})
    promise(!input.starts_with(scheme), "no scheme that runs or reads");
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
  (void)oauth::parse_claims_request(input);
}

SIGMA_FUZZ(client_metadata) {
  const auto json = core::parse_json(input);
  if (!json || !json->is_object()) return;
  for (const auto registrar : {oauth::Registrar::administrator, oauth::Registrar::software}) {
    const auto described = oauth::describe_client(*json, oauth::registration_rules(registrar, {}), core::UtcTime{0});
    if (!described.faults.empty()) continue;
    (void)core::dump_json(oauth::render_client(described.client));
    if (registrar == oauth::Registrar::software)
      promise(!described.client.skip_consent && !oauth::is_vouched_for(described.client), "nobody vouches for himself");
  }
}

}  // namespace sigma::fuzz
