#include "audit_cursor.hpp"

#include <fmt/format.h>

#include "sigma/core/number.hpp"

namespace sigma::service {

std::string audit_cursor(const ListRules& rules, const store::AuditRow& last) {
  return make_cursor(rules, fmt::format("{}|{}|{}", last.at.ms, last.sequence, last.stream));
}

core::Result<std::optional<store::AuditPosition>> audit_position(const ListQuery& query) {
  if (query.after.empty()) return std::optional<store::AuditPosition>{};
  core::Error wrong{core::Code::invalid_input, "cursor must be next_cursor of the page before."};
  const std::string_view text = query.after;
  const auto first = text.find('|');
  const auto second = first == std::string_view::npos ? first : text.find('|', first + 1);
  if (second == std::string_view::npos) return wrong;
  const auto at = core::parse_number<std::int64_t>(text.substr(0, first));
  const auto sequence = core::parse_number<std::int64_t>(text.substr(first + 1, second - first - 1));
  if (!at || !sequence) return wrong;
  return std::optional(store::AuditPosition{{*at}, std::string(text.substr(second + 1)), *sequence});
}

}  // namespace sigma::service
