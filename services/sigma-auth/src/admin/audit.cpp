#include "admin/answers.hpp"
#include "admin/handler.hpp"
#include "admin/lists.hpp"
#include "audit_cursor.hpp"
#include "sigma/oauth/audit/audit_chain.hpp"

namespace sigma::service {
namespace {

using core::Json;

core::Error wrong(std::string description) {
  return {core::Code::invalid_input, std::move(description)};
}

core::Result<std::optional<core::UtcTime>> parse_time(const ListQuery& query, const std::string& name) {
  const std::string text = query.filter(name);
  if (text.empty()) return std::optional<core::UtcTime>{};
  const auto time = core::parse_iso8601(text);
  if (!time) return wrong(fmt::format("{} must be a time like 2026-01-31T12:00:00.000Z.", name));
  return time;
}

core::Result<store::AuditFilter> parse_filter(const ListQuery& query) {
  store::AuditFilter filter;
  filter.type = query.filter("type");
  filter.outcome = query.filter("outcome");
  filter.actor = query.filter("actor");
  filter.client_id = query.filter("client_id");
  filter.user_id = query.filter("user_id");
  SIGMA_TRY(filter.since, parse_time(query, "since"));
  SIGMA_TRY(filter.until, parse_time(query, "until"));
  return filter;
}

}  // namespace

core::Task<http::Response> list_audit(AdminContext& admin, http::Request request) {
  const auto query = parse_list_query(request, kAuditList);
  if (!query) co_return problem(query.error());
  const auto filter = parse_filter(*query);
  if (!filter) co_return problem(filter.error());
  const auto position = audit_position(*query);
  if (!position) co_return problem(position.error());
  const auto rows = co_await admin.store.audit.list(*filter, query->limit, *position);
  if (!rows) co_return problem(rows.error());
  Json answer = {{"items", Json::array()}};
  for (const store::AuditRow& row : *rows) answer["items"].push_back(oauth::render_audit_row(row));
  if (rows->size() == query->limit) answer["next_cursor"] = audit_cursor(kAuditList, rows->back());
  co_return admin_json(answer);
}

}  // namespace sigma::service
