#include "sigma/oauth/authorize/claims_request.hpp"

#include <algorithm>
#include <map>

#include "sigma/oauth/settings.hpp"

namespace sigma::oauth {
namespace {

using core::Json;

constexpr std::size_t kMaxSize = 4'000;
constexpr std::size_t kMaxDepth = 6;

/// What can be asked for by name, and the scope that releases it.
const std::map<std::string_view, std::string_view>& known_claims() {
  static const std::map<std::string_view, std::string_view> claims = {
      {"name", "profile"},  {"given_name", "profile"}, {"family_name", "profile"}, {"picture", "profile"},
      {"bap", "profile"},   {"updated_at", "profile"}, {"bap_name", "profile"},    {"email", "email"},
      {"pubkey", "openid"}, {"bap_id", "openid"},      {"email_verified", "email"}};
  return claims;
}

Error malformed() {
  return {ErrorCode::invalid_request,
          "claims must be a JSON object with the members userinfo and id_token (OpenID Connect Core, section 5.5)."};
}

// {"essential":true,"values":[…]} or {"value":…}: is what we have among what is demanded?
bool demands_another_acr(const Json& wish) {
  if (!wish.is_object() || !wish.contains("essential") || wish["essential"] != true) return false;
  const auto values = wish.find("values");
  if (values != wish.end() && values->is_array())
    return std::none_of(values->begin(), values->end(), [](const Json& value) { return value == Json(kAcr); });
  return wish.contains("value") && wish["value"] != Json(kAcr);
}

}  // namespace

void ClaimsRequest::keep_only(const Scopes& allowed) {
  std::erase_if(scopes, [&](const std::string& scope) { return !has_scope(allowed, scope); });
  for (auto& [place, list] : names.items()) {
    Json kept = Json::array();
    for (const Json& name : list) {
      if (has_scope(scopes, known_claims().at(name.get_ref<const std::string&>()))) kept.push_back(name);
    }
    list = std::move(kept);
  }
}

Scopes scopes_of_claims(const Json& names) {
  Scopes scopes;
  for (const auto& [place, list] : names.items()) {
    for (const Json& name : list) {
      const auto known = known_claims().find(name.get_ref<const std::string&>());
      if (known != known_claims().end()) scopes.emplace_back(known->second);
    }
  }
  return scopes;
}

Result<ClaimsRequest> parse_claims_request(std::string_view text) {
  if (text.size() > kMaxSize) return Error{ErrorCode::invalid_request, "claims is too long; 4,000 bytes are enough."};
  const auto parsed = core::parse_json(text, kMaxDepth);
  if (!parsed || !parsed->is_object()) return malformed();
  ClaimsRequest request;
  for (const char* place : {"userinfo", "id_token"}) {
    const auto wishes = parsed->find(place);
    if (wishes == parsed->end() || wishes->is_null()) continue;
    if (!wishes->is_object()) return malformed();
    for (const auto& [name, wish] : wishes->items()) {
      if (!wish.is_null() && !wish.is_object()) return malformed();
      if (name == "acr" && demands_another_acr(wish)) {
        return Error{
            ErrorCode::unmet_authentication_requirements,
            "The demanded acr does not exist here; acr_values_supported of the discovery document lists them."};
      }
      if (name == "sub" && wish.is_object()) request.sub = core::json_string(wish, "value");
      const auto known = known_claims().find(name);
      if (known == known_claims().end()) continue;
      request.names[place].push_back(name);
      if (!has_scope(request.scopes, known->second)) request.scopes.emplace_back(known->second);
    }
  }
  return request;
}

}  // namespace sigma::oauth
