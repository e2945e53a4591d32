#pragma once
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>

#include "sigma/core/result.hpp"

namespace sigma::core {

using Json = nlohmann::json;

/// Parses text from outside: well-formed UTF-8, no byte order mark, no duplicate member names, at most `max_depth`
/// nested arrays and objects, nothing after the value. Code::invalid_input with a sentence otherwise.
Result<Json> parse_json(std::string_view text, std::size_t max_depth = 32);

/// Serialises; invalid UTF-8 inside strings becomes U+FFFD instead of throwing.
std::string dump_json(const Json& value);

/// The string member `name`, if `object` is an object that has one.
std::optional<std::string> json_string(const Json& object, std::string_view name);

}  // namespace sigma::core
