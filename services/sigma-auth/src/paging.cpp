#include "paging.hpp"

#include <fmt/ranges.h>

#include <algorithm>

#include "sigma/core/encoding.hpp"
#include "sigma/core/number.hpp"
#include "sigma/http/form.hpp"

namespace sigma::service {
namespace {

constexpr std::size_t kMaxLimit = 200;
constexpr std::size_t kMaxFilter = 256;

core::Error wrong(std::string description) {
  return {core::Code::invalid_input, std::move(description)};
}

// A cursor we made for this list, not text that happens to be base64url.
std::string mark_of(const ListRules& rules) {
  return fmt::format("{}:", rules.name);
}

std::string known_names(const ListRules& rules) {
  return rules.filters.size() == 0 ? "limit and cursor"
                                   : fmt::format("limit, cursor, {}", fmt::join(rules.filters, ", "));
}

bool is_text(const std::string& value) {
  return core::is_utf8(value) && value.find('\0') == std::string::npos;
}

core::Result<std::size_t> parse_limit(const std::string& value) {
  const auto limit = core::parse_number<std::size_t>(value);
  if (!limit || *limit < 1 || *limit > kMaxLimit)
    return wrong(fmt::format("limit must be a number from 1 to {}.", kMaxLimit));
  return *limit;
}

core::Result<std::string> parse_cursor(const std::string& value, const ListRules& rules) {
  const std::string mark = mark_of(rules);
  const auto text = core::base64url_decode(value);
  if (!text || !text->starts_with(mark) || !is_text(*text))
    return wrong("cursor must be next_cursor of the page before, of the same list.");
  return text->substr(mark.size());
}

}  // namespace

core::Result<ListQuery> parse_list_query(const http::Request& request, const ListRules& rules) {
  ListQuery query;
  const auto form = http::Form::parse(request.query);
  if (!form)
    return wrong(fmt::format("The query may hold {} only: {}", known_names(rules), form.error().description()));
  if (const auto name = form->repeated())
    return wrong(fmt::format("{} is there more than once; send each of {} once.", *name, known_names(rules)));
  for (const auto& [name, value] : form->parameters()) {
    if (name == "limit") {
      SIGMA_TRY(query.limit, parse_limit(value));
    } else if (name == "cursor") {
      SIGMA_TRY(query.after, parse_cursor(value, rules));
    } else if (std::ranges::find(rules.filters, name) == rules.filters.end()) {
      return wrong(fmt::format("The query may hold {} only.", known_names(rules)));
    } else if (value.size() > kMaxFilter || !is_text(value)) {
      return wrong(fmt::format("{} must be text of up to {} bytes.", name, kMaxFilter));
    } else if (!value.empty()) {
      query.filters[name] = value;
    }
  }
  return query;
}

std::string make_cursor(const ListRules& rules, const std::string& id) {
  return core::base64url_encode(mark_of(rules) + id);
}

}  // namespace sigma::service
