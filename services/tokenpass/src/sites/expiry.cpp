#include "sites/expiry.hpp"

namespace sigma::tokenpass {
namespace {

struct Row {
  Expiry expiry;
  std::string_view text;
  std::int64_t milliseconds;
};

constexpr Row kTable[] = {
    {Expiry::once, "once", 10'000},    {Expiry::hour, "1h", 3'600'000},          {Expiry::day, "1d", 86'400'000},
    {Expiry::week, "1w", 604'800'000}, {Expiry::month, "1m", 30LL * 86'400'000}, {Expiry::forever, "forever", 0},
};

}  // namespace

std::optional<Expiry> parse_expiry(std::string_view text) {
  for (const Row& row : kTable) {
    if (row.text == text) return row.expiry;
  }
  return std::nullopt;
}

std::int64_t expires_at(Expiry expiry, core::UtcTime now) {
  const std::int64_t lifetime = kTable[static_cast<std::size_t>(expiry)].milliseconds;
  return lifetime == 0 ? 0 : now.ms + lifetime;
}

}  // namespace sigma::tokenpass
