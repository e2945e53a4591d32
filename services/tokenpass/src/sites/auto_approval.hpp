#pragma once
#include <array>
#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <string_view>

#include "origin.hpp"
#include "sigma/core/clock.hpp"
#include "sigma/core/json.hpp"
#include "sites/expiry.hpp"
#include "sites/scopes.hpp"

namespace sigma::tokenpass {

/// A person's yes to every site that asks, for a while. Bounded so that forgetting it costs little: it ends by itself,
/// what it gives out lives for an hour at most, and nothing that spends or rewrites is ever given without a question.
struct AutoApproval {
  /// What can be given without a question; the rest of kScopes is always asked for.
  static constexpr std::array<std::string_view, 6> kScopes = {"sign",         "encrypt",    "decrypt",
                                                              "read_profile", "read_state", "write_state"};
  static constexpr core::Milliseconds kTokenLifetime = std::chrono::hours{1};
  static constexpr std::size_t kMaxExcept = 1000;

  Scopes scopes;
  std::int64_t until_ms = 0;                  ///< Unix milliseconds
  std::set<std::string, std::less<>> except;  ///< hosts that the person refused or disconnected meanwhile: asked again

  /// Until when a page of `origin` may have `wanted` without a question; nothing when it has to ask. Pages that are not
  /// encrypted and not of this machine always ask: anybody on the way could speak for them.
  std::optional<std::int64_t> allows(const Origin& origin, const Scopes& wanted, core::UtcTime now) const;
};

/// "1h", "1d", "1w" or "1m": it never lasts for ever.
std::optional<Expiry> parse_auto_approval_duration(std::string_view text);

core::Json to_json(const AutoApproval& approval);
/// Nothing when it is absent or written by something else.
std::optional<AutoApproval> auto_approval_from_json(const core::Json& json);

}  // namespace sigma::tokenpass
