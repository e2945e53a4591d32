#pragma once
#include <array>
#include <string>
#include <string_view>
#include <vector>

namespace sigma::tokenpass {

/// What a site may be allowed. Unknown names in a request are ignored.
inline constexpr std::array<std::string_view, 9> kScopes = {
    "sign", "encrypt", "decrypt", "read_profile", "write_profile", "read_state", "write_state", "fund", "transfer"};

using Scopes = std::vector<std::string>;

bool has_scope(const Scopes& scopes, std::string_view scope);
/// True when every scope of `wanted` is in `granted`.
bool covers(const Scopes& granted, const Scopes& wanted);

}  // namespace sigma::tokenpass
