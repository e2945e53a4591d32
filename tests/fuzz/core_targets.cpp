#include "sigma/core/clock.hpp"
#include "sigma/core/encoding.hpp"
#include "sigma/core/json.hpp"
#include "sigma/core/log.hpp"
#include "targets.hpp"

namespace sigma::fuzz {

SIGMA_FUZZ(json) {
  const auto json = core::parse_json(input);
  if (!json) return;
  const auto again = core::parse_json(core::dump_json(*json));
  promise(again && *again == *json, "JSON survives writing and reading");
}

SIGMA_FUZZ(encodings) {
  promise(core::hex_decode(core::hex_encode(input)) == input, "hex");
  promise(core::base64url_decode(core::base64url_encode(input)) == input, "base64url");
  if (const auto bytes = core::base64_decode(input)) promise(bytes->size() <= input.size(), "base64 shrinks");
  (void)core::form_decode(input);
  (void)core::percent_decode(input);
  if (input.size() < 200) (void)core::base58_decode(input);
  if (const auto time = core::parse_iso8601(input)) promise(core::to_iso8601(*time) == input, "one spelling of a time");
}

// Whatever comes from outside is one line of plain text in the log (security case 58).
SIGMA_FUZZ(log_line) {
  using core::log::Format;
  const std::string json = core::log::format_line(Format::json, core::log::Level::info, "event", {{"field", input}});
  promise(core::Json::accept(json), "a log line is JSON");
  for (const Format format : {Format::json, Format::text}) {
    const std::string line = core::log::format_line(format, core::log::Level::info, "event", {{"field", input}});
    promise(line.find_first_of("\r\n\x1b") == std::string::npos, "a log line is one line");
    promise(core::is_utf8(line), "a log line is text");
  }
}

}  // namespace sigma::fuzz
