#include "sigma/core/log.hpp"

#include <spdlog/async.h>
#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

#include "sigma/core/clock.hpp"
#include "sigma/core/encoding.hpp"

namespace sigma::core::log {
namespace {

// Lines take 400 bytes each, used or not.
constexpr std::size_t kQueueLines = 8'192;
constexpr std::size_t kQueueLinesOfText = 512;
constexpr std::size_t kMaxValueBytes = 1'024;

struct State {
  std::shared_ptr<spdlog::details::thread_pool> pool;
  std::shared_ptr<spdlog::async_logger> logger;
  std::atomic<Level> level{Level::info};
  Format format = Format::text;
};
State& state() {
  static State instance;
  return instance;
}

// JSON string escaping with ASCII output only: nothing from outside can break a line or a terminal.
void append_quoted(std::string& out, std::string_view text) {
  const bool cut = text.size() > kMaxValueBytes;
  out.push_back('"');
  const std::string_view shown = cut ? text.substr(0, kMaxValueBytes) : text;
  const bool utf8 = is_utf8(shown);
  for (const char c : shown) {
    const auto byte = static_cast<std::uint8_t>(c);
    if (c == '"' || c == '\\') {
      out.push_back('\\');
      out.push_back(c);
    } else if (byte < 0x20 || byte == 0x7f || (byte >= 0x80 && !utf8)) {
      out += fmt::format("\\u{:04x}", byte);
    } else {
      out.push_back(c);
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
  if (const auto* integer = std::get_if<std::int64_t>(&field.value)) out += fmt::format("{}", *integer);
  if (const auto* number = std::get_if<double>(&field.value)) out += fmt::format("{:.3f}", *number);
  if (const auto* flag = std::get_if<bool>(&field.value)) out += *flag ? "true" : "false";
}

void write(Level level, std::string_view event, Fields fields) {
  auto& s = state();
  if (!s.logger || level < s.level.load(std::memory_order_relaxed)) return;
  std::string line;
  const std::string now = to_iso8601(SystemClock{}.now());
  const std::string body = format_line(s.format, level, event, fields);
  if (s.format == Format::json) {
    line = fmt::format("{{\"time\":\"{}\",{}", now, std::string_view(body).substr(1));
  } else {
    line = fmt::format("{} {}", now, body);
  }
  s.logger->log(spdlog::level::critical, line);  // our own level was checked above
}

}  // namespace

void start(Level level, Format format) {
  auto& s = state();
  s.level = level;
  s.format = format;
  const std::size_t lines = format == Format::text ? kQueueLinesOfText : kQueueLines;
  s.pool = std::make_shared<spdlog::details::thread_pool>(lines, 1);
  s.logger = std::make_shared<spdlog::async_logger>("sigma", std::make_shared<spdlog::sinks::stderr_sink_mt>(), s.pool,
                                                    spdlog::async_overflow_policy::overrun_oldest);
  s.logger->set_pattern("%v");
  s.logger->flush_on(spdlog::level::critical);
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
  return state().pool ? state().pool->overrun_counter() : 0;
}

void flush() {
  // Destroying the pool waits for its queue; logging goes on to be possible afterwards only through start().
  auto& s = state();
  s.logger.reset();
  s.pool.reset();
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
  if (format == Format::json) {
    out = fmt::format("{{\"level\":\"{}\",\"event\":", to_string(level));
    append_quoted(out, event);
    for (const Field& field : fields) {
      if (is_absent(field)) continue;
      out += fmt::format(",\"{}\":", field.key);
      append_value(out, field);
    }
    out += "}";
  } else {
    out = fmt::format("{:<5} {}", to_string(level), event);
    for (const Field& field : fields) {
      if (is_absent(field)) continue;
      out += fmt::format(" {}=", field.key);
      append_value(out, field);
    }
  }
  return out;
}

}  // namespace sigma::core::log
