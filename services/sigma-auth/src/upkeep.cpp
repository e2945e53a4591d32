#include "upkeep.hpp"

#include <algorithm>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "sigma/core/log.hpp"

namespace sigma::service {
namespace asio = boost::asio;
namespace {

constexpr std::chrono::seconds kKeyReload{10};
constexpr std::chrono::milliseconds kKeyPause{100};
constexpr std::chrono::seconds kCleanup{60};
constexpr std::size_t kCleanupBatch = 500;
constexpr std::chrono::minutes kMeasure{5};
constexpr int kTurnsOfADay = std::chrono::days{1} / kMeasure;
constexpr int kTurnsOfAnHour = std::chrono::hours{1} / kCleanup;

void note(oauth::Audit& audit, const oauth::KeyRotation& rotation) {
  oauth::AuditEvent event{.type = oauth::AuditType::key_rotated};
  event.actor = oauth::kSchedule;
  event.detail = {{"alg", jose::to_string(rotation.algorithm)}, {"at_once", false}, {"kid", rotation.kid}};
  audit.record(std::move(event));
}

}  // namespace

core::Task<> look_after_keys(App& app) {
  asio::steady_timer timer(co_await asio::this_coro::executor);
  for (;;) {
    core::Milliseconds pause = kKeyReload;
    if (const auto tended = co_await app.keys.tend()) {
      // All replicas change over at the moment that the store names, not at their next look.
      pause = std::clamp<core::Milliseconds>(tended->next - app.clock.now(), kKeyPause, kKeyReload);
      for (const oauth::KeyRotation& rotation : tended->rotations) note(app.audit, rotation);
    } else {
      core::log::error("keys_not_tended", tended.error());
    }
    timer.expires_after(pause);
    co_await timer.async_wait(asio::use_awaitable);
  }
}

static core::Task<> remove_unclaimed_backups(App& app) {
  auto removed = co_await app.backups.remove_unclaimed(kCleanupBatch);
  if (!removed) {
    core::log::error("cleanup_failed", removed.error().cause());
  } else if (*removed > 0) {
    core::log::info("unclaimed_backups_removed", {{"identities", *removed}});
  }
}

core::Task<> remove_expired(App& app, Vitals& vitals) {
  asio::steady_timer timer(co_await asio::this_coro::executor);
  for (int turn = 1;; ++turn) {
    timer.expires_after(kCleanup);
    co_await timer.async_wait(asio::use_awaitable);
    if (turn % kTurnsOfAnHour == 0) co_await remove_unclaimed_backups(app);
    // In small batches, so that no batch holds up the writes of requests.
    for (;;) {
      auto removed = co_await app.store.maintenance.remove_expired(app.clock.now(), kCleanupBatch);
      if (!removed) core::log::error("cleanup_failed", removed.error());
      if (removed) vitals.note_removed(*removed);
      if (!removed || *removed < kCleanupBatch) break;
    }
  }
}

core::Task<> measure(App& app, OpenStore& opened, Vitals& vitals) {
  asio::steady_timer timer(co_await asio::this_coro::executor);
  for (int turn = 0;; ++turn) {
    if (const auto bytes = co_await store::database_bytes(*opened.database)) {
      vitals.note_database(*bytes);
    } else {
      core::log::error("database_not_measured", bytes.error());
    }
    if (!opened.embedded || turn % kTurnsOfADay == 0) {
      if (const auto sizes = co_await store::table_sizes(*opened.database)) {
        vitals.note_tables(*sizes);
      } else {
        core::log::error("tables_not_measured", sizes.error());
      }
    }
    if (const auto keys = co_await app.store.keys.list()) {
      vitals.note_keys(*keys, app.clock.now());
    } else {
      core::log::error("keys_not_measured", keys.error());
    }
    timer.expires_after(kMeasure);
    co_await timer.async_wait(asio::use_awaitable);
  }
}

}  // namespace sigma::service
