#include "api/call.hpp"

#include "sigma/core/encoding.hpp"
#include "sigma/core/text.hpp"
#include "sigma/http/form.hpp"

namespace sigma::tokenpass {
namespace {

/// A page that we delivered; not one at an address where others may listen.
bool is_own(const Origin& origin, const Config& config) {
  const std::string port = config.port == 80 ? "" : fmt::format(":{}", config.port);
  if (config.addresses.size() > 1 && origin.text == "http://localhost" + port) return true;
  return std::ranges::any_of(config.addresses, [&](const std::string& address) {
    return origin.text == fmt::format("http://{}{}", address, port);
  });
}

Caller of_kind(CallerKind kind, std::optional<Origin> origin = {}) {
  return {.kind = kind, .origin = std::move(origin), .browser = {}};
}

Caller by_headers(const http::Request& request, const Config& config) {
  if (!request.headers.contains("origin")) {
    const auto site = request.headers.find("sec-fetch-site");
    if (!site || *site == "none") return of_kind(CallerKind::program);
    return of_kind(*site == "same-origin" ? CallerKind::own_page : CallerKind::foreign);
  }
  if (request.headers.count("origin") != 1) return of_kind(CallerKind::foreign);
  const auto origin = parse_origin(*request.headers.find("origin"));
  if (!origin) return of_kind(CallerKind::foreign);
  if (is_own(*origin, config)) return of_kind(CallerKind::own_page, origin);
  const bool listed = std::ranges::find(config.whitelist, origin->text) != config.whitelist.end();
  return of_kind(listed ? CallerKind::whitelisted : CallerKind::foreign, origin);
}

}  // namespace

Caller caller_of(const http::Request& request, const Config& config) {
  Caller caller = by_headers(request, config);
  const auto browser = request.headers.find(kBrowserHeader);
  if (caller.kind == CallerKind::own_page && browser) caller.browser = *browser;
  return caller;
}

std::string Call::query(std::string_view name) const {
  const auto form = http::Form::parse(request.query);
  return form ? std::string(form->find(name).value_or("")) : std::string();
}

Outcome<std::optional<std::string>> text_member(const core::Json& body, const char* name) {
  const auto found = body.find(name);
  if (found == body.end() || found->is_null()) return std::optional<std::string>();
  if (!found->is_string()) return Problem(400, fmt::format("{} must be a string.", name));
  return std::optional<std::string>(found->get<std::string>());
}

Outcome<std::string> required_member(const core::Json& body, const char* name) {
  SIGMA_TRY(const std::optional<std::string> text, text_member(body, name));
  if (!text || text->empty()) return Problem(400, fmt::format("{} is required.", name));
  return *text;
}

std::string token_text(const http::Request& request) {
  if (request.headers.count("authorization") != 1) return {};
  const std::string_view value = core::trim(*request.headers.find("authorization"));
  const auto blank = std::min(value.find_first_of(" \t"), value.size());
  if (core::to_lower_ascii(value.substr(0, blank)) != "bearer") return std::string(value);
  return std::string(core::trim(value.substr(blank)));
}

Outcome<Token> require_token(const App& app, const Call& call, std::initializer_list<std::string_view> any_of) {
  const std::string text = token_text(call.request);
  if (text.empty()) {
    return Problem(401, "Please provide an access token in the Authorization header.", ProblemCode::token_missing);
  }
  const auto token = app.sites.find(text);
  if (!token) return Problem(401, "Invalid access token.", ProblemCode::token_unknown);
  if (token->expired(app.clock.now())) return Problem(401, "Access token has expired.", ProblemCode::token_expired);
  const bool allowed = any_of.size() == 0 || std::ranges::any_of(any_of, [&](std::string_view scope) {
                         return has_scope(token->scopes, scope);
                       });
  if (!allowed) {
    return Problem(401, fmt::format("Missing required scopes: {}", *any_of.begin()), ProblemCode::scope_missing);
  }
  return *token;
}

keyring::Identity identity_of(const keyring::Keyring& keyring, const Token& token) {
  const keyring::Identity* bound = keyring.find_identity(token.bap_id);
  return bound != nullptr ? *bound : keyring.identities().front();
}

}  // namespace sigma::tokenpass
