// Group commit: writes that wait together share one transaction and are answered after its COMMIT (decision 0003).
#pragma once
#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <deque>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "sigma/core/clock.hpp"
#include "sigma/core/result.hpp"
#include "sigma/store/sql.hpp"

namespace sigma::store {

struct WriteTraits {
  /// What the write contends for. Jobs of a batch run in the order of their keys, so that two writers lock alike.
  std::string key = {};
  /// The whole write is one statement where the driver prefers autocommit: alone, it needs no transaction.
  bool single_statement = false;
  /// Something that was live may be so no more: whoever keeps copies is told (Database::tell_of_revocations).
  bool revokes = false;
  /// Not begun any more from then on: whoever asked has been answered long ago.
  std::chrono::steady_clock::time_point deadline = std::chrono::steady_clock::time_point::max();
};

/// A write. run() may be called several times, each time in a fresh transaction; then exactly one of succeed() and
/// fail() is called once. Losing a race is a value, not an error: an error of run() undoes what the write did.
class WriteJob {
 public:
  explicit WriteJob(WriteTraits traits) : traits_(std::move(traits)) {}
  virtual ~WriteJob() = default;
  virtual core::Result<void> run(sql::Connection& connection) = 0;
  virtual void succeed() noexcept = 0;
  virtual void fail(core::Error error) noexcept = 0;
  const WriteTraits& traits() const { return traits_; }

 private:
  WriteTraits traits_;
};
using WriteBatch = std::vector<std::unique_ptr<WriteJob>>;

/// The bounded line before the writers. Thread-safe.
class CommitQueue {
 public:
  CommitQueue(std::size_t max_queued, std::size_t max_batch) : max_queued_(max_queued), max_batch_(max_batch) {}
  /// False, leaving `job` untouched, when the queue is full or stopped.
  bool push(std::unique_ptr<WriteJob>& job);
  /// Waits for work; an empty batch means stopped and drained.
  WriteBatch take();
  /// Refuses new work; what is queued is still taken.
  void stop();
  std::size_t queued() const;

 private:
  const std::size_t max_queued_;
  const std::size_t max_batch_;
  mutable std::mutex mutex_;
  std::condition_variable wake_;
  std::deque<std::unique_ptr<WriteJob>> waiting_;
  bool stopped_ = false;
};

/// Turns batches into transactions on one connection of its own. One thread.
class CommitWorker {
 public:
  /// `backoff`: upper bound of the random pause before a conflicting write is repeated, doubled each time.
  explicit CommitWorker(const sql::Connector& connector, core::Milliseconds backoff = core::Milliseconds{8})
      : connector_(connector), backoff_(backoff) {}

  /// Takes batches until the queue is stopped and drained.
  void serve(CommitQueue& queue);
  /// Commits a batch and answers every job of it.
  void process(WriteBatch batch);

 private:
  enum class Outcome {
    done,           ///< every job is answered
    fewer,          ///< some are answered; the rest may be committed together
    not_committed,  ///< none is answered, and each has to be tried alone
  };
  enum class Try {
    answered,
    failed,       ///< not answered, and may be repeated
    unreachable,  ///< not answered, and there is no connection to be had
  };

  Outcome commit_together(WriteBatch& batch);
  /// An error, and the job is not answered, when there is no connection to be had.
  core::Result<void> commit_alone(WriteJob& job);
  /// `error`: why it is not answered.
  Try try_alone(WriteJob& job, std::optional<core::Error>& error);
  core::Result<sql::Connection*> connect();
  /// A connection inside a fresh transaction; opens a new one when the old one turns out to be gone.
  core::Result<sql::Connection*> begin();
  /// Gives up the transaction after an error and drops a connection that is gone.
  void recover();
  void pause(int attempt);

  const sql::Connector& connector_;
  const core::Milliseconds backoff_;
  std::unique_ptr<sql::Connection> connection_;
};

}  // namespace sigma::store
