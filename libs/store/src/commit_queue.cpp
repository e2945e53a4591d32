#include "sigma/store/commit_queue.hpp"

#include <random>
#include <thread>

#include "sigma/store/revocation_channel.hpp"
#include "unknown_outcome.hpp"

namespace sigma::store {
namespace {

using core::Code;
using core::Error;
using core::Result;
using sql::Failure;

constexpr int kMaxAttempts = 4;  // the first and three repetitions

/// Tells every process, with the commit that this belongs to. An embedded database has nobody to tell by itself.
Result<void> tell_of_revocation(sql::Connection& connection) {
  static const sql::Query kTell(fmt::format("SELECT pg_notify('{}', '')", kRevocationChannel));
  if (connection.dialect() != sql::Dialect::postgres) return {};
  const auto told = connection.execute(kTell, {}, [](const sql::Row&) {});
  if (!told) return told.error();
  return {};
}

}  // namespace

bool CommitQueue::push(std::unique_ptr<WriteJob>& job) {
  {
    const std::lock_guard lock(mutex_);
    if (stopped_ || waiting_.size() >= max_queued_) return false;
    waiting_.push_back(std::move(job));
  }
  wake_.notify_one();
  return true;
}

WriteBatch CommitQueue::take() {
  std::unique_lock lock(mutex_);
  wake_.wait(lock, [this] { return stopped_ || !waiting_.empty(); });
  WriteBatch batch;
  while (!waiting_.empty() && batch.size() < max_batch_) {
    batch.push_back(std::move(waiting_.front()));
    waiting_.pop_front();
  }
  return batch;
}

void CommitQueue::stop() {
  {
    const std::lock_guard lock(mutex_);
    stopped_ = true;
  }
  wake_.notify_all();
}

std::size_t CommitQueue::queued() const {
  const std::lock_guard lock(mutex_);
  return waiting_.size();
}

void CommitWorker::serve(CommitQueue& queue) {
  for (;;) {
    WriteBatch batch = queue.take();
    if (batch.empty()) return;
    process(std::move(batch));
  }
}

void CommitWorker::process(WriteBatch batch) {
  if (batch.size() > 1) {
    std::sort(batch.begin(), batch.end(),
              [](const auto& a, const auto& b) { return a->traits().key < b->traits().key; });
    if (commit_together(batch) == Outcome::done) return;
  }
  for (auto& job : batch) commit_alone(*job);
}

CommitWorker::Outcome CommitWorker::commit_together(WriteBatch& batch) {
  auto connection = begin();
  if (!connection) {
    // No point in trying each alone: every one would wait for the same dead address.
    for (auto& job : batch) job->fail(connection.error());
    return Outcome::done;
  }
  for (auto& job : batch) {
    if (!job->run(**connection)) {
      recover();
      return Outcome::not_committed;
    }
  }
  const bool revokes = std::any_of(batch.begin(), batch.end(), [](const auto& job) { return job->traits().revokes; });
  if (revokes && !tell_of_revocation(**connection)) {
    recover();
    return Outcome::not_committed;
  }
  const Result<void> committed = (*connection)->commit();
  if (!committed) {
    const bool in_doubt = (*connection)->last_failure() == Failure::in_doubt;
    recover();
    if (!in_doubt) return Outcome::not_committed;
    for (auto& job : batch) job->fail(unknown_outcome(committed.error().cause(), committed.error().where()));
    return Outcome::done;
  }
  for (auto& job : batch) job->succeed();
  return Outcome::done;
}

void CommitWorker::commit_alone(WriteJob& job) {
  for (int attempt = 1;; ++attempt) {
    std::optional<Error> error = try_alone(job);
    if (!error) return;
    if (attempt == kMaxAttempts) return job.fail(std::move(*error));
    pause(attempt);
  }
}

std::optional<Error> CommitWorker::try_alone(WriteJob& job) {
  auto connection = connect();
  const WriteTraits& traits = job.traits();
  const bool alone = traits.single_statement && !traits.revokes;
  const bool autocommit = connection && alone && (*connection)->prefers_autocommit();
  if (!autocommit) connection = begin();
  if (!connection) {
    job.fail(connection.error());
    return {};
  }

  Result<void> outcome = job.run(**connection);
  if (outcome && traits.revokes) outcome = tell_of_revocation(**connection);
  Failure failure = outcome ? Failure::none : (*connection)->last_failure();
  if (outcome && !autocommit) {
    outcome = (*connection)->commit();
    if (!outcome) failure = (*connection)->last_failure();
  } else if (autocommit && failure == Failure::lost) {
    failure = Failure::in_doubt;  // the statement may have been committed before the answer was lost
  }
  if (outcome) {
    job.succeed();
    return {};
  }

  recover();
  if (failure == Failure::conflict || failure == Failure::lost) return outcome.error();
  job.fail(failure == Failure::in_doubt ? unknown_outcome(outcome.error().cause(), outcome.error().where())
                                        : outcome.error());
  return {};
}

Result<sql::Connection*> CommitWorker::connect() {
  if (connection_ && !connection_->is_usable()) connection_.reset();
  if (!connection_) {
    SIGMA_TRY(connection_, connector_.open());
  }
  return connection_.get();
}

Result<sql::Connection*> CommitWorker::begin() {
  SIGMA_TRY(sql::Connection * connection, connect());
  auto begun = connection->begin();
  if (!begun && connection->last_failure() == Failure::lost) {
    connection_.reset();
    SIGMA_TRY(connection, connect());
    begun = connection->begin();
  }
  if (!begun) {
    recover();
    return std::move(begun).error();
  }
  return connection;
}

void CommitWorker::recover() {
  const Failure failure = connection_->last_failure();
  if (failure == Failure::lost || failure == Failure::in_doubt) {
    connection_.reset();
  } else {
    connection_->rollback();
  }
}

void CommitWorker::pause(int attempt) {
  thread_local std::minstd_rand generator(std::random_device{}());
  const auto bound = backoff_.count() << (attempt - 1);
  if (bound > 0)
    std::this_thread::sleep_for(core::Milliseconds{std::uniform_int_distribution<std::int64_t>(0, bound)(generator)});
}

}  // namespace sigma::store
