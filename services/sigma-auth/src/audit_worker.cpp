#include "audit_worker.hpp"

#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "sigma/core/log.hpp"

namespace sigma::service {
namespace asio = boost::asio;
namespace {

/// How old events may get before they are stored: what a process that is killed can lose.
constexpr std::chrono::milliseconds kPause{200};
/// A database that does not answer is not asked so often.
constexpr std::chrono::seconds kAfterFailure{1};
constexpr core::Milliseconds kCheckpoint = std::chrono::minutes{10};
constexpr core::Milliseconds kRetention = std::chrono::hours{1};

core::Task<core::Result<void>> write_all(oauth::AuditLog& audit) {
  for (;;) {
    SIGMA_CO_TRY(const std::size_t written, co_await audit.flush());
    if (written < oauth::AuditLog::kMaxBatch) co_return core::Result<void>{};
  }
}

core::Task<core::Result<void>> keep_house(App& app, std::chrono::seconds kept) {
  SIGMA_CO_TRY(const std::size_t removed, co_await app.audit_log.remove_before(app.clock.now() - kept));
  if (removed > 0) core::log::info("audit_rows_removed", {{"rows", removed}});
  co_return core::Result<void>{};
}

}  // namespace

core::Task<> write_audit(App& app, std::chrono::seconds kept) {
  asio::steady_timer timer(co_await asio::this_coro::executor);
  core::UtcTime next_checkpoint = app.clock.now() + kCheckpoint;
  core::UtcTime next_removal = app.clock.now();
  for (;;) {
    auto done = co_await write_all(app.audit_log);
    const core::UtcTime now = app.clock.now();
    if (done && next_checkpoint <= now) {
      next_checkpoint = now + kCheckpoint;
      done = co_await app.audit_log.checkpoint();
    }
    if (done && kept.count() > 0 && next_removal <= now) {
      next_removal = now + kRetention;
      done = co_await keep_house(app, kept);
    }
    if (!done) core::log::error("audit_not_written", done.error());
    timer.expires_after(done ? kPause : std::chrono::milliseconds{kAfterFailure});
    co_await timer.async_wait(asio::use_awaitable);
  }
}

}  // namespace sigma::service
