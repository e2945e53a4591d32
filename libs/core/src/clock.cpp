#include "sigma/core/clock.hpp"

#include <fmt/format.h>

#include <charconv>

namespace sigma::core {
namespace chr = std::chrono;

UtcTime SystemClock::now() const {
  return {chr::duration_cast<Milliseconds>(chr::system_clock::now().time_since_epoch()).count()};
}

std::string to_iso8601(UtcTime time) {
  const chr::sys_time<Milliseconds> point{Milliseconds{time.ms}};
  const auto day = chr::floor<chr::days>(point);
  const chr::year_month_day date{day};
  const chr::hh_mm_ss clock{point - day};
  return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:03}Z", static_cast<int>(date.year()),
                     static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()), clock.hours().count(),
                     clock.minutes().count(), clock.seconds().count(), clock.subseconds().count());
}

std::optional<UtcTime> parse_iso8601(std::string_view text) {
  constexpr std::string_view kShape = "dddd-dd-ddTdd:dd:dd.dddZ";
  if (text.size() != kShape.size()) return std::nullopt;
  for (std::size_t i = 0; i < kShape.size(); ++i) {
    const bool digit = text[i] >= '0' && text[i] <= '9';
    if (kShape[i] == 'd' ? !digit : text[i] != kShape[i]) return std::nullopt;
  }
  const auto number = [&](std::size_t at, std::size_t length) {
    int value = 0;
    std::from_chars(text.data() + at, text.data() + at + length, value);
    return value;
  };
  const chr::year_month_day date{chr::year{number(0, 4)}, chr::month{static_cast<unsigned>(number(5, 2))},
                                 chr::day{static_cast<unsigned>(number(8, 2))}};
  const int hour = number(11, 2), minute = number(14, 2), second = number(17, 2);
  if (!date.ok() || hour > 23 || minute > 59 || second > 59) return std::nullopt;
  const auto point = chr::sys_days{date}.time_since_epoch() + chr::hours{hour} + chr::minutes{minute} +
                     chr::seconds{second} + Milliseconds{number(20, 3)};
  return UtcTime{chr::duration_cast<Milliseconds>(point).count()};
}

}  // namespace sigma::core
