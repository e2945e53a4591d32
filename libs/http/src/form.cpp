#include "sigma/http/form.hpp"

#include <algorithm>

#include "sigma/core/encoding.hpp"
#include "sigma/core/text.hpp"

namespace sigma::http {
namespace {

core::Result<std::string> decode(std::string_view text) {
  auto decoded = core::form_decode(text);
  if (!decoded) return core::Error{core::Code::invalid_input, "A parameter holds a broken percent escape."};
  if (decoded->find('\0') != std::string::npos) {
    return core::Error{core::Code::invalid_input, "A parameter holds a NUL byte."};
  }
  if (!core::is_utf8(*decoded)) return core::Error{core::Code::invalid_input, "Parameters must be UTF-8."};
  return std::move(*decoded);
}

}  // namespace

core::Result<Form> Form::parse(std::string_view encoded, std::size_t max_parameters) {
  Form form;
  while (!encoded.empty()) {
    std::string_view value = core::take_until(encoded, '&');
    if (value.empty()) continue;
    if (form.parameters_.size() == max_parameters) {
      return core::Error{core::Code::invalid_input, "There are too many parameters."};
    }
    const std::string_view name = core::take_until(value, '=');
    SIGMA_TRY(std::string decoded_name, decode(name));
    SIGMA_TRY(std::string decoded_value, decode(value));
    form.add(std::move(decoded_name), std::move(decoded_value));
  }
  return form;
}

std::optional<std::string_view> Form::find(std::string_view name) const {
  for (const auto& [key, value] : parameters_) {
    if (key == name) return value;
  }
  return std::nullopt;
}

std::optional<std::string_view> Form::find_nonempty(std::string_view name) const {
  const auto value = find(name);
  return value && !value->empty() ? value : std::nullopt;
}

std::optional<std::string> Form::repeated(const std::set<std::string, std::less<>>& allowed) const {
  std::set<std::string_view> seen;
  for (const auto& [name, value] : parameters_) {
    if (!seen.insert(name).second && !allowed.contains(name)) return name;
  }
  return std::nullopt;
}

std::string Form::encode() const {
  std::string out;
  for (const auto& [name, value] : parameters_) {
    if (!out.empty()) out.push_back('&');
    out += core::form_encode(name);
    out.push_back('=');
    out += core::form_encode(value);
  }
  return out;
}

}  // namespace sigma::http
