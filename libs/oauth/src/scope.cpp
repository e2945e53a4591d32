#include "sigma/oauth/scope.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

namespace sigma::oauth {
namespace {

constexpr std::size_t kMaxLength = 2'000;

// For who asks nothing in particular: what the client may have of it, or all of it, to be refused by name.
Scopes default_scopes(const Scopes& allowed) {
  const Scopes usual = {"openid", "profile"};
  Scopes scopes;
  for (const std::string& scope : usual) {
    if (allowed.empty() || has_scope(allowed, scope)) scopes.push_back(scope);
  }
  return scopes.empty() ? usual : scopes;
}

bool scope_character(char c) {  // RFC 6749 §3.3: %x21 / %x23-5B / %x5D-7E
  return c > ' ' && c <= '~' && c != '"' && c != '\\';
}

}  // namespace

Result<Scopes> parse_scopes(std::string_view text) {
  if (text.size() > kMaxLength)
    return Error{ErrorCode::invalid_scope, "The scope is too long; name only the scopes you need."};
  Scopes scopes;
  std::size_t at = 0;
  while (at < text.size()) {
    const std::size_t end = std::min(text.find(' ', at), text.size());
    const std::string_view scope = text.substr(at, end - at);
    if (!std::all_of(scope.begin(), scope.end(), scope_character)) {
      return Error{ErrorCode::invalid_scope,
                   "A scope holds a character that is not allowed; separate scopes with single blanks."};
    }
    if (!scope.empty() && !has_scope(scopes, scope)) scopes.emplace_back(scope);
    at = end + 1;
  }
  return scopes;
}

std::string join_scopes(const Scopes& scopes) {
  return fmt::format("{}", fmt::join(scopes, " "));
}

bool has_scope(const Scopes& scopes, std::string_view scope) {
  return std::find(scopes.begin(), scopes.end(), scope) != scopes.end();
}

bool covers(const Scopes& whole, const Scopes& part) {
  return std::all_of(part.begin(), part.end(), [&](const std::string& scope) { return has_scope(whole, scope); });
}

Result<Scopes> narrowed_scopes(const http::Form& form, const Scopes& granted) {
  const auto wanted = form.find_nonempty("scope");
  if (!wanted) return granted;
  SIGMA_TRY(Scopes scopes, parse_scopes(*wanted));
  if (scopes.empty()) return granted;  // blanks name nothing
  if (!covers(granted, scopes)) {
    return Error{ErrorCode::invalid_scope,
                 "A token request cannot ask for more than was granted; ask for fewer scopes or leave scope out."};
  }
  return scopes;
}

Result<Scopes> requested_scopes(std::string_view text, const Scopes& known, const Scopes& allowed) {
  SIGMA_TRY(Scopes scopes, parse_scopes(text));
  std::erase_if(scopes, [](const auto& s) { return s == "bsv:tools" || s == "read"; });
  if (scopes.empty()) scopes = default_scopes(allowed);
  Scopes refused;
  for (const std::string& scope : scopes) {
    if (!has_scope(known, scope) || (!allowed.empty() && !has_scope(allowed, scope))) refused.push_back(scope);
  }
  if (!refused.empty()) {
    return Error{ErrorCode::invalid_scope,
                 fmt::format("These scopes are unknown or not allowed for this client: {}. Ask for: {}.",
                             join_scopes(refused), join_scopes(allowed.empty() ? known : allowed))};
  }
  return scopes;
}

Result<Scopes> requested_scopes(std::string_view text, const Scopes& known, const store::Client& client) {
  SIGMA_TRY(Scopes scopes, requested_scopes(text, known, client.scopes));
  const auto& grants = client.grant_types;
  if (std::find(grants.begin(), grants.end(), "refresh_token") == grants.end()) std::erase(scopes, "offline_access");
  if (scopes.empty()) return requested_scopes("", known, client.scopes);
  return scopes;
}

}  // namespace sigma::oauth
