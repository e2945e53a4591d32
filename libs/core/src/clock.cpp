#include "sigma/core/clock.hpp"

#include <charconv>

namespace sigma::core {
namespace chr = std::chrono;

UtcTime SystemClock::now() const {
  return {chr::duration_cast<Milliseconds>(chr::system_clock::now().time_since_epoch()).count()};
}

SteadyClock::SteadyClock() : begun_at_(SystemClock{}.now()), begun_(chr::steady_clock::now()) {}

UtcTime SteadyClock::now() const {
  return begun_at_ + chr::duration_cast<Milliseconds>(chr::steady_clock::now() - begun_);
}

// By hand, because every line of the log has one.
std::string to_iso8601(UtcTime time) {
  const chr::sys_time<Milliseconds> point{Milliseconds{time.ms}};
  const auto day = chr::floor<chr::days>(point);
  const chr::year_month_day date{day};
  const chr::hh_mm_ss clock{point - day};
  std::string text = "0000-00-00T00:00:00.000Z";
  const auto put = [&text](std::size_t end, std::int64_t number) {
    for (; number > 0; number /= 10) text[--end] = static_cast<char>('0' + number % 10);
  };
  put(4, static_cast<int>(date.year()));
  put(7, static_cast<unsigned>(date.month()));
  put(10, static_cast<unsigned>(date.day()));
  put(13, clock.hours().count());
  put(16, clock.minutes().count());
  put(19, clock.seconds().count());
  put(23, clock.subseconds().count());
  return text;
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
