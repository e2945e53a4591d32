#include "admin/answers.hpp"
#include "admin/handler.hpp"

namespace sigma::service {

// Counts stop at a limit, so that looking costs the same on a large database: `complete` says whether they got to the
// end.
core::Task<http::Response> get_stats(AdminContext& admin, http::Request) {
  constexpr std::int64_t kLimit = store::Statistics::kCountLimit;
  const core::UtcTime now = admin.clock.now();
  const core::UtcTime since = now - std::chrono::hours(24);
  const auto tables = co_await admin.store.statistics.count_tables();
  if (!tables) co_return problem(tables.error());
  const auto recent = co_await admin.store.statistics.count_since(since);
  if (!recent) co_return problem(recent.error());
  core::Json counts = core::Json::object();
  for (const store::TableCount& count : *tables)
    counts[std::string(count.table)] = {{"rows", count.rows}, {"complete", count.rows < kLimit}};
  co_return admin_json({{"at", core::to_iso8601(now)},
                        {"count_limit", kLimit},
                        {"tables", std::move(counts)},
                        {"recent",
                         {{"since", core::to_iso8601(since)},
                          {"users", recent->users},
                          {"sessions", recent->sessions},
                          {"grants", recent->grants}}}});
}

}  // namespace sigma::service
