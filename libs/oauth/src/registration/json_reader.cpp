#include "registration/json_reader.hpp"

#include <fmt/ranges.h>

#include <algorithm>

#include "sigma/core/nearest.hpp"

namespace sigma::oauth {

const core::Json* JsonReader::member(std::string_view name) {
  known_.emplace(name);
  const auto found = json_.find(name);
  return found == json_.end() ? nullptr : &*found;
}

std::string JsonReader::text(std::string_view name, std::size_t max) {
  const core::Json* value = member(name);
  if (!value) return {};
  if (!value->is_string()) {
    fault(name, "must be a string.");
    return {};
  }
  auto text = value->get<std::string>();
  if (text.empty() || text.size() > max) {
    fault(name, fmt::format("must have 1 to {} characters.", max));
    return {};
  }
  return text;
}

bool JsonReader::flag(std::string_view name, bool otherwise) {
  const core::Json* value = member(name);
  if (value && !value->is_boolean()) fault(name, "must be true or false.");
  return value && value->is_boolean() ? value->get<bool>() : otherwise;
}

std::vector<std::string> JsonReader::texts(std::string_view name, std::size_t max_count, std::size_t max_size) {
  const core::Json* value = member(name);
  if (!value) return {};
  const auto good = [&](const core::Json& item) {
    return item.is_string() && !item.get_ref<const std::string&>().empty() &&
           item.get_ref<const std::string&>().size() <= max_size;
  };
  if (!value->is_array() || value->size() > max_count || !std::ranges::all_of(*value, good)) {
    fault(name, fmt::format("must be an array of at most {} strings of 1 to {} characters.", max_count, max_size));
    return {};
  }
  auto texts = value->get<std::vector<std::string>>();
  if (std::set<std::string>(texts.begin(), texts.end()).size() != texts.size()) {
    fault(name, "holds a value twice.");
    return {};
  }
  return texts;
}

std::string JsonReader::choice(std::string_view name, std::span<const std::string_view> choices) {
  std::string value = text(name, 64);
  if (value.empty() || std::ranges::find(choices, value) != choices.end()) return value;
  fault(name, fmt::format("must be {}{}.", choices.size() > 1 ? "one of " : "", fmt::join(choices, ", ")));
  return {};
}

void JsonReader::refuse_unknown() {
  const std::vector<std::string_view> known(known_.begin(), known_.end());
  for (const auto& [name, value] : json_.items()) {
    if (known_.contains(name)) continue;
    const std::string_view near = core::nearest_name(name, known);
    const std::string shown = name.substr(0, 64);
    fault(shown, near.empty() ? "is not a member of a client; remove it."
                              : fmt::format("is not a member of a client; did you mean {}?", near));
  }
}

}  // namespace sigma::oauth
