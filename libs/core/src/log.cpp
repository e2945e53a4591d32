#include "sigma/core/log.hpp"

#include <unistd.h>

#include <iterator>

#include "log_writer.hpp"
#include "sigma/core/clock.hpp"
#include "sigma/core/encoding.hpp"

namespace sigma::core::log {
namespace {

constexpr std::size_t kMaxValueBytes = 1'024;

struct State {
  std::unique_ptr<LogWriter> writer;
  std::atomic<Level> level{Level::info};
  Format format = Format::text;
};
State& state() {
  static State instance;
  return instance;
}

bool is_plain(char c) {
  const auto byte = static_cast<std::uint8_t>(c);
  return byte >= 0x20 && byte < 0x7f && c != '"' && c != '\\';
}

/// What the UTF-8 that `text` begins with would do besides being seen: a control of C1 (terminals take U+009B for ESC
/// [), a separator of lines, a change of direction. 0 when it does nothing.
std::uint32_t acting_code_point(std::string_view text) {
  const auto byte = [&](std::size_t i) { return std::uint32_t{static_cast<std::uint8_t>(text[i])}; };
  if (byte(0) == 0xc2) return byte(1) < 0xa0 ? byte(1) : 0;
  if (byte(0) != 0xe2) return 0;
  const std::uint32_t point = 0x2000 | (byte(1) & 0x3f) << 6 | (byte(2) & 0x3f);
  const bool acts = (point >= 0x200e && point <= 0x200f) || (point >= 0x2028 && point <= 0x202e) ||
                    (point >= 0x2066 && point <= 0x2069);
  return acts ? point : 0;
}

// JSON string escaping: nothing from outside can break a line or a terminal.
void append_quoted(std::string& out, std::string_view text) {
  const bool cut = text.size() > kMaxValueBytes;
  const std::string_view shown = cut ? text.substr(0, kMaxValueBytes) : text;
  out.push_back('"');
  if (std::all_of(shown.begin(), shown.end(), is_plain)) {
    out += shown;
  } else {
    const bool utf8 = is_utf8(shown);
    for (std::size_t i = 0; i < shown.size(); ++i) {
      const char c = shown[i];
      const auto byte = static_cast<std::uint8_t>(c);
      if (c == '"' || c == '\\') {
        out.push_back('\\');
        out.push_back(c);
      } else if (byte < 0x20 || byte == 0x7f || (byte >= 0x80 && !utf8)) {
        fmt::format_to(std::back_inserter(out), "\\u{:04x}", byte);
      } else if (const auto point = byte >= 0x80 ? acting_code_point(shown.substr(i)) : 0; point != 0) {
        fmt::format_to(std::back_inserter(out), "\\u{:04x}", point);
        i += point < 0x800 ? 1 : 2;  // the rest of its bytes
      } else {
        out.push_back(c);
      }
    }
  }
  if (cut) out += "…";
  out.push_back('"');
}

/// An absent value is not worth a word.
bool is_absent(const Field& field) {
  const auto* text = std::get_if<std::string_view>(&field.value);
  return text && text->empty();
}

void append_value(std::string& out, const Field& field) {
  if (const auto* text = std::get_if<std::string_view>(&field.value)) return append_quoted(out, *text);
  if (const auto* integer = std::get_if<std::int64_t>(&field.value)) out += fmt::format_int(*integer).c_str();
  if (const auto* number = std::get_if<double>(&field.value))
    fmt::format_to(std::back_inserter(out), "{:.3f}", *number);
  if (const auto* flag = std::get_if<bool>(&field.value)) out += *flag ? "true" : "false";
}

/// `time`: left out when empty.
void append_line(std::string& out, Format format, std::string_view time, Level level, std::string_view event,
                 Fields fields) {
  if (format == Format::json) {
    out += '{';
    if (!time.empty()) out.append("\"time\":\"").append(time).append("\",");
    out.append("\"level\":\"").append(to_string(level)).append("\",\"event\":");
    append_quoted(out, event);
    for (const Field& field : fields) {
      if (is_absent(field)) continue;
      out.append(",\"").append(field.key).append("\":");
      append_value(out, field);
    }
    out += '}';
  } else {
    if (!time.empty()) out.append(time).append(" ");
    fmt::format_to(std::back_inserter(out), "{:<5} {}", to_string(level), event);
    for (const Field& field : fields) {
      if (is_absent(field)) continue;
      out.append(" ").append(field.key).append("=");
      append_value(out, field);
    }
  }
}

void write(Level level, std::string_view event, Fields fields) {
  auto& s = state();
  if (!s.writer || level < s.level.load(std::memory_order_relaxed)) return;
  thread_local std::string line;
  line.clear();
  append_line(line, s.format, to_iso8601(SystemClock{}.now()), level, event, fields);
  s.writer->add(line, level >= Level::warn);
}

}  // namespace

void start(Level level, Format format) {
  auto& s = state();
  s.level = level;
  s.format = format;
  s.writer = std::make_unique<LogWriter>(STDERR_FILENO);
}

void set_level(Level level) {
  state().level = level;
}
Level level() {
  return state().level;
}

std::string_view to_string(Level level) {
  switch (level) {
    case Level::debug:
      return "debug";
    case Level::info:
      return "info";
    case Level::warn:
      return "warn";
    case Level::error:
      return "error";
    case Level::off:
      return "off";
  }
  return "off";
}

std::optional<Level> parse_level(std::string_view text) {
  for (const Level candidate : {Level::debug, Level::info, Level::warn, Level::error, Level::off}) {
    if (to_string(candidate) == text) return candidate;
  }
  return std::nullopt;
}

std::uint64_t dropped() {
  return state().writer ? state().writer->dropped() : 0;
}

// The writer stays: other threads may be about to add a line.
void flush() {
  if (state().writer) state().writer->flush();
}

void debug(std::string_view event, Fields fields) {
  write(Level::debug, event, fields);
}
void info(std::string_view event, Fields fields) {
  write(Level::info, event, fields);
}
void warn(std::string_view event, Fields fields) {
  write(Level::warn, event, fields);
}
void error(std::string_view event, Fields fields) {
  write(Level::error, event, fields);
}
void error(std::string_view event, const Error& error) {
  write(Level::error, event,
        {{"code", to_string(error.code())},
         {"description", error.description()},
         {"cause", error.cause()},
         {"where", fmt::format("{}:{}", error.where().file_name(), error.where().line())}});
}

std::string format_line(Format format, Level level, std::string_view event, Fields fields) {
  std::string out;
  append_line(out, format, {}, level, event, fields);
  return out;
}

}  // namespace sigma::core::log
