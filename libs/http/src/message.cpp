#include "sigma/http/message.hpp"

#include <algorithm>

#include "sigma/core/encoding.hpp"
#include "sigma/core/text.hpp"
#include "text.hpp"

namespace sigma::http {

std::string_view to_string(Method method) {
  switch (method) {
    case Method::get:
      return "GET";
    case Method::head:
      return "HEAD";
    case Method::post:
      return "POST";
    case Method::put:
      return "PUT";
    case Method::patch:
      return "PATCH";
    case Method::del:
      return "DELETE";
    case Method::options:
      return "OPTIONS";
    case Method::other:
      return "other";
  }
  return "other";
}

void Headers::set(std::string_view name, std::string value) {
  const auto same = [name](const Field& field) { return iequals(field.first, name); };
  const auto first = std::find_if(fields_.begin(), fields_.end(), same);
  if (first == fields_.end()) {
    add(std::string(name), std::move(value));
  } else {
    first->second = std::move(value);
    fields_.erase(std::remove_if(first + 1, fields_.end(), same), fields_.end());
  }
}

void Headers::erase(std::string_view name) {
  std::erase_if(fields_, [name](const Field& field) { return iequals(field.first, name); });
}

std::optional<std::string_view> Headers::find(std::string_view name) const {
  for (const Field& field : fields_) {
    if (iequals(field.first, name)) return field.second;
  }
  return std::nullopt;
}

std::size_t Headers::count(std::string_view name) const {
  return static_cast<std::size_t>(
      std::count_if(fields_.begin(), fields_.end(), [name](const Field& field) { return iequals(field.first, name); }));
}

std::string Request::content_type() const {
  // Sent twice, nobody can say which one is meant: as if it were absent.
  if (headers.count("content-type") != 1) return {};
  std::string_view value = *headers.find("content-type");
  return core::to_lower_ascii(core::trim(core::take_until(value, ';')));
}

std::optional<std::string> Request::cookie(std::string_view name) const {
  std::optional<std::string> found;
  for (const auto& [field, value] : headers.fields()) {
    if (!iequals(field, "cookie")) continue;
    for (std::string_view rest = value; !rest.empty();) {
      std::string_view pair = core::trim(core::take_until(rest, ';'));
      const std::string_view key = core::take_until(pair, '=');
      if (key != name) continue;
      if (found) return std::nullopt;
      found.emplace(pair);
    }
  }
  return found;
}

}  // namespace sigma::http
