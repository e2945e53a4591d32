#pragma once
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "sigma/core/result.hpp"

namespace sigma::http {

/// Decoded application/x-www-form-urlencoded parameters in order of appearance. Repeated names are kept, so that the
/// rule against them (RFC 6749 §3.1) can be enforced in one place.
class Form {
 public:
  using Parameter = std::pair<std::string, std::string>;

  /// At most `max_parameters`; broken escapes, NUL bytes and text that is not UTF-8 are Code::invalid_input.
  static core::Result<Form> parse(std::string_view encoded, std::size_t max_parameters = 200);

  /// The first value of `name`, or nothing. An empty value is a value here.
  std::optional<std::string_view> find(std::string_view name) const;
  /// Like find(), but an empty value counts as absent (RFC 6749 §3.1).
  std::optional<std::string_view> find_nonempty(std::string_view name) const;
  /// The first name that appears twice, except the names in `allowed`.
  std::optional<std::string> repeated(const std::set<std::string, std::less<>>& allowed = {}) const;
  void add(std::string name, std::string value) { parameters_.emplace_back(std::move(name), std::move(value)); }
  const std::vector<Parameter>& parameters() const { return parameters_; }
  /// As URLSearchParams would write it.
  std::string encode() const;

 private:
  std::vector<Parameter> parameters_;
};

}  // namespace sigma::http
