#pragma once
#include <cstdint>
#include <deque>
#include <mutex>
#include <vector>

#include "sigma/core/clock.hpp"
#include "sigma/core/random.hpp"
#include "sigma/core/task.hpp"
#include "sigma/oauth/audit/audit.hpp"
#include "sigma/oauth/audit/audit_chain.hpp"
#include "sigma/store/audit_store.hpp"

namespace sigma::oauth {

/// This process's stream of the audit log. Events wait in memory and are written in batches, off the path of requests:
/// call flush() often. An event that finds the queue full goes to the process log with all it says, and the stream
/// gets a row that says how many did (decision 0018).
///
///   open() ──▶ flush(), checkpoint(), remove_before() … ──▶ close()
///
/// record() is for any thread; the others are for one caller at a time.
class AuditLog final : public Audit {
 public:
  static constexpr std::size_t kMaxQueued = 10'000;
  static constexpr std::size_t kMaxBatch = 500;

  AuditLog(store::AuditStore& rows, const AuditKey& key, const core::Clock& clock, core::Random& random);

  void record(AuditEvent event) override;

  /// Begins the stream. `what` says which kind of process this is: "serve", "client create" …
  core::Task<core::Result<void>> open(std::string what);
  /// Writes what waits, a batch. How many rows; 0: nothing waits. After an error the same rows are written next time.
  core::Task<core::Result<std::size_t>> flush();
  /// A sign of life that also ties this stream to the others.
  core::Task<core::Result<void>> checkpoint();
  /// Removes rows older than `moment` from the front of all streams, after a row that says so. How many.
  core::Task<core::Result<std::size_t>> remove_before(core::UtcTime moment);
  /// Writes all that waits and ends the stream. What cannot be written goes to the process log.
  core::Task<core::Result<void>> close();
  /// For who cannot wait for close(): what is not known to be stored goes to the process log.
  void give_up();

  const std::string& stream() const { return stream_; }
  std::size_t queued() const;
  /// Events since the start that are in the process log only.
  std::uint64_t lost() const;

 private:
  core::Task<core::Result<core::Json>> heads() const;
  core::Task<core::Result<void>> flush_all();
  void append(AuditEvent event, core::UtcTime at);
  void take_batch();
  core::Result<void> sign_batch();
  /// False when another process was faster. `first` and `last` of the rows to remove.
  core::Task<core::Result<bool>> announce_removal(const store::AuditRow& first, const store::AuditRow& last);

  struct Waiting {
    AuditEvent event;
    core::UtcTime at;
  };

  store::AuditStore& rows_;
  const AuditKey& key_;
  const core::Clock& clock_;
  const std::string stream_;

  mutable std::mutex mutex_;
  std::deque<Waiting> queue_;
  std::int64_t lost_ = 0;  ///< of these no row says so yet
  std::uint64_t lost_in_all_ = 0;

  // Of the caller that writes.
  std::vector<store::AuditRow> batch_;  ///< made, and not known to be stored
  std::int64_t sequence_ = 0;
  std::string last_hash_ = audit_origin();
};

}  // namespace sigma::oauth
