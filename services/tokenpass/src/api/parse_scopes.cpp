#include "api/parse_scopes.hpp"

namespace sigma::tokenpass {

using core::Json;

Outcome<Scopes> parse_scopes(const Json& body) {
  Scopes scopes;
  const auto add = [&](std::string_view name) {
    while (!name.empty() && name.front() == ' ') name.remove_prefix(1);
    while (!name.empty() && name.back() == ' ') name.remove_suffix(1);
    const bool known = std::ranges::find(kScopes, name) != kScopes.end();
    if (known && !has_scope(scopes, name)) scopes.emplace_back(name);
  };
  const auto found = body.find("scopes");
  if (found == body.end() || found->is_null()) return scopes;
  if (found->is_array()) {
    for (const Json& scope : *found) {
      if (!scope.is_string()) return Problem(400, "scopes must be strings.");
      add(scope.get<std::string>());
    }
    return scopes;
  }
  if (!found->is_string()) return Problem(400, "scopes must be a comma-separated string or an array of strings.");
  const std::string text = found->get<std::string>();
  for (std::size_t at = 0; at <= text.size();) {
    const auto comma = std::min(text.find(',', at), text.size());
    add(std::string_view(text).substr(at, comma - at));
    at = comma + 1;
  }
  return scopes;
}

}  // namespace sigma::tokenpass
