#pragma once
#include <chrono>
#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace sigma::core {

using Milliseconds = std::chrono::milliseconds;

/// A point in time: milliseconds since 1970-01-01T00:00:00Z.
struct UtcTime {
  std::int64_t ms = 0;

  std::int64_t seconds() const { return ms / 1000; }
  auto operator<=>(const UtcTime&) const = default;
  friend UtcTime operator+(UtcTime t, Milliseconds d) { return {t.ms + d.count()}; }
  friend UtcTime operator-(UtcTime t, Milliseconds d) { return {t.ms - d.count()}; }
  friend Milliseconds operator-(UtcTime a, UtcTime b) { return Milliseconds{a.ms - b.ms}; }
};

/// "2026-01-31T12:34:56.789Z", as JavaScript's toISOString writes it. Years 0000 to 9999.
std::string to_iso8601(UtcTime time);

/// Reads exactly the form that to_iso8601 writes; nothing when it differs in any way or names no real time.
std::optional<UtcTime> parse_iso8601(std::string_view text);

/// Where decisions get the time from. Timers come from the executor instead.
class Clock {
 public:
  virtual ~Clock() = default;
  virtual UtcTime now() const = 0;
};

class SystemClock final : public Clock {
 public:
  UtcTime now() const override;
};

/// For ages and pauses inside one process: goes on evenly when the machine's time is set. It begins with that time and
/// tells none that is worth showing or keeping.
class SteadyClock final : public Clock {
 public:
  SteadyClock();
  UtcTime now() const override;

 private:
  const UtcTime begun_at_;
  const std::chrono::steady_clock::time_point begun_;
};

}  // namespace sigma::core
