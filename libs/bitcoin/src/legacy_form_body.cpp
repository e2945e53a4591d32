#include <algorithm>
#include <map>

#include "sigma/bitcoin/auth_token.hpp"
#include "sigma/core/encoding.hpp"
#include "sigma/core/number.hpp"

namespace sigma::bitcoin {
namespace {

/// As many as http::Form reads; Object::assign is linear in their number.
constexpr std::size_t kMaxParameters = 200;

struct Parameter {
  std::string name;
  std::string value;
};

int hex_digit(char c) {
  int value = -1;
  const auto result = std::from_chars(&c, &c + 1, value, 16);
  return result.ec == std::errc() ? value : -1;
}

/// URL standard §5.1: `+` is a blank, a broken escape stands for itself.
std::string decode(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '%' && i + 2 < text.size() && hex_digit(text[i + 1]) >= 0 && hex_digit(text[i + 2]) >= 0) {
      out += static_cast<char>(hex_digit(text[i + 1]) << 4 | hex_digit(text[i + 2]));
      i += 2;
    } else {
      out += text[i] == '+' ? ' ' : text[i];
    }
  }
  return out;
}

/// The number, if the name is one that JavaScript objects keep in numeric order (canonical, below 2^32 − 1).
std::optional<std::uint32_t> array_index(std::string_view name) {
  const auto value = core::parse_number<std::uint32_t>(name);
  const bool canonical = value && (name == "0" || name.front() != '0') && *value != UINT32_MAX;
  return canonical ? value : std::nullopt;
}

/// A JavaScript object's own string properties in their order.
class Object {
 public:
  /// As `object[name] = value`.
  void assign(Parameter parameter) {
    if (const auto index = array_index(parameter.name)) {
      numbered_[*index] = std::move(parameter);
    } else if (const auto found = std::ranges::find(named_, parameter.name, &Parameter::name); found != named_.end()) {
      found->value = std::move(parameter.value);
    } else if (parameter.name != "__proto__") {  // not an own property
      named_.push_back(std::move(parameter));
    }
  }

  std::size_t size() const { return numbered_.size() + named_.size(); }

  std::string serialise() const {
    std::string out;
    const auto append = [&](const Parameter& parameter) {
      if (!out.empty()) out += '&';
      out += core::form_encode(parameter.name) + '=' + core::form_encode(parameter.value);
    };
    for (const auto& [index, parameter] : numbered_) append(parameter);
    for (const auto& parameter : named_) append(parameter);
    return out;
  }

 private:
  std::map<std::uint32_t, Parameter> numbered_;
  std::vector<Parameter> named_;
};

}  // namespace

std::optional<std::string> legacy_form_body(std::string_view raw) {
  Object object;
  for (std::size_t start = 0; start < raw.size();) {
    const auto end = std::min(raw.find('&', start), raw.size());
    const auto part = raw.substr(start, end - start);
    start = end + 1;
    if (part.empty()) continue;
    if (object.size() == kMaxParameters) return std::nullopt;
    const auto equals = std::min(part.find('='), part.size());
    Parameter parameter{decode(part.substr(0, equals)), decode(part.substr(std::min(equals + 1, part.size())))};
    if (!core::is_utf8(parameter.name) || !core::is_utf8(parameter.value)) return std::nullopt;
    object.assign(std::move(parameter));
  }
  auto out = object.serialise();
  if (out == raw) return std::nullopt;
  return out;
}

}  // namespace sigma::bitcoin
