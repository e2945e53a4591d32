#pragma once
#include <optional>
#include <string_view>

#include "sigma/core/clock.hpp"

namespace sigma::tokenpass {

/// How long a token lives. "once" is ten seconds and not a single use: pages sign several things with one token.
enum class Expiry { once, hour, day, week, month, forever };

/// "once", "1h", "1d", "1w", "1m", "forever".
std::optional<Expiry> parse_expiry(std::string_view text);
/// Unix milliseconds; 0: never.
std::int64_t expires_at(Expiry expiry, core::UtcTime now);

}  // namespace sigma::tokenpass
