#include "sigma/store/commit_queue.hpp"

#include <algorithm>
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

bool is_late(const WriteJob& job) {
  return job.traits().deadline <= std::chrono::steady_clock::now();
}

Error too_late() {
  return {Code::overloaded, "The server is busy; try again in a moment.", "waited too long in the commit queue"};
}

void answer_late(WriteBatch& batch) {
  std::erase_if(batch, [](const auto& job) {
    if (!is_late(*job)) return false;
    job->fail(too_late());
    return true;
  });
}

/// Also of those that the server cannot be reached for: each alone would only wait for the same dead address.
void fail_all(WriteBatch::iterator first, WriteBatch::iterator last, const Error& error) {
  std::for_each(first, last, [&](const auto& job) { job->fail(error); });
}

/// `job` met a lock: it and those that contend for the same thing do not make the others wait once more.
void answer_locked(WriteBatch& batch, WriteBatch::iterator job, const Error& error) {
  const std::string key = (*job)->traits().key;
  const auto last = key.empty()
                        ? job + 1
                        : std::find_if(job, batch.end(), [&](const auto& other) { return other->traits().key != key; });
  fail_all(job, last, error);
  batch.erase(job, last);
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
  std::sort(batch.begin(), batch.end(), [](const auto& a, const auto& b) { return a->traits().key < b->traits().key; });
  for (;;) {
    answer_late(batch);
    if (batch.size() < 2) break;
    const Outcome outcome = commit_together(batch);
    if (outcome == Outcome::done) return;
    if (outcome == Outcome::not_committed) break;
  }
  for (auto job = batch.begin(); job != batch.end(); ++job) {
    const auto answered = commit_alone(**job);
    if (answered) continue;
    fail_all(job, batch.end(), answered.error());
    return;
  }
}

CommitWorker::Outcome CommitWorker::commit_together(WriteBatch& batch) {
  auto connection = begin();
  if (!connection) {
    fail_all(batch.begin(), batch.end(), connection.error());
    return Outcome::done;
  }
  for (auto job = batch.begin(); job != batch.end(); ++job) {
    const Result<void> done = (*job)->run(**connection);
    if (done) continue;
    const bool locked = (*connection)->last_failure() == Failure::locked;
    recover();
    if (!locked) return Outcome::not_committed;
    answer_locked(batch, job, done.error());
    return Outcome::fewer;
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
    fail_all(batch.begin(), batch.end(), unknown_outcome(committed.error().cause(), committed.error().where()));
    return Outcome::done;
  }
  for (auto& job : batch) job->succeed();
  return Outcome::done;
}

Result<void> CommitWorker::commit_alone(WriteJob& job) {
  for (int attempt = 1;; ++attempt) {
    if (is_late(job)) {
      job.fail(too_late());
      return {};
    }
    std::optional<Error> error;
    const Try outcome = try_alone(job, error);
    if (outcome == Try::answered) return {};
    if (outcome == Try::unreachable) return std::move(*error);
    if (attempt == kMaxAttempts) {
      job.fail(std::move(*error));
      return {};
    }
    pause(attempt);
  }
}

CommitWorker::Try CommitWorker::try_alone(WriteJob& job, std::optional<Error>& error) {
  auto connection = connect();
  const WriteTraits& traits = job.traits();
  const bool alone = traits.single_statement && !traits.revokes;
  const bool autocommit = connection && alone && (*connection)->prefers_autocommit();
  if (connection && !autocommit) connection = begin();
  if (!connection) {
    error = connection.error();
    return Try::unreachable;
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
    return Try::answered;
  }

  recover();
  error = outcome.error();
  if (failure == Failure::conflict || failure == Failure::lost || failure == Failure::read_only) return Try::failed;
  job.fail(failure == Failure::in_doubt ? unknown_outcome(error->cause(), error->where()) : *error);
  return Try::answered;
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
  if (sql::ends_connection(failure)) {
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
