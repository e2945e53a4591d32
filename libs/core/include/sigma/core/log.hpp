// One structured line an event. Values are escaped, never secrets: no token, code, cookie, key or query string.
#pragma once
#include <initializer_list>
#include <string>
#include <string_view>
#include <variant>

#include "sigma/core/result.hpp"

namespace sigma::core::log {

enum class Level { debug, info, warn, error, off };
enum class Format { text, json };

struct Field {
  std::string_view key;
  std::variant<std::string_view, std::int64_t, double, bool> value;
  Field(std::string_view k, std::string_view v) : key(k), value(v) {}
  Field(std::string_view k, const std::string& v) : key(k), value(std::string_view(v)) {}
  Field(std::string_view k, const char* v) : key(k), value(std::string_view(v)) {}
  Field(std::string_view k, bool v) : key(k), value(v) {}
  Field(std::string_view k, double v) : key(k), value(v) {}
  template <class Int>
    requires std::is_integral_v<Int>
  Field(std::string_view k, Int v) : key(k), value(static_cast<std::int64_t>(v)) {}
};
using Fields = std::initializer_list<Field>;

/// Starts the background writer to standard error. Lines beyond the 4 MiB that may wait for it are dropped and counted
/// by dropped(): logging never blocks a request.
void start(Level level, Format format);
void set_level(Level level);
Level level();
std::optional<Level> parse_level(std::string_view text);
std::string_view to_string(Level level);
std::uint64_t dropped();
void flush();

void debug(std::string_view event, Fields fields = {});
void info(std::string_view event, Fields fields = {});
void warn(std::string_view event, Fields fields = {});
void error(std::string_view event, Fields fields = {});
/// Logs the private cause and the place of an error under `event`.
void error(std::string_view event, const Error& error);

/// The line without time stamp, as the writer formats it; for tests. Fields with an empty string are left out, strings
/// are cut at 1,024 bytes, and every control character, quote and non-UTF-8 byte is escaped.
std::string format_line(Format format, Level level, std::string_view event, Fields fields);

}  // namespace sigma::core::log
