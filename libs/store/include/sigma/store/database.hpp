// Coroutines on one side, blocking database threads on the other.
#pragma once
#include <boost/asio/associated_executor.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <functional>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

#include "sigma/core/result.hpp"
#include "sigma/core/task.hpp"
#include "sigma/core/work_pool.hpp"
#include "sigma/store/commit_queue.hpp"
#include "sigma/store/sql.hpp"

namespace sigma::store {

struct DatabaseOptions {
  std::size_t read_workers = 4;         ///< threads, each with one connection; 1 to 256
  std::size_t write_workers = 2;        ///< at most what the driver allows (SQLite: 1)
  std::size_t max_queued_reads = 4096;  ///< waiting reads before Code::overloaded
  std::size_t max_queued_writes = 4096;
  std::size_t max_batch = 32;  ///< writes that share a COMMIT
  /// A write that has waited so long is answered Code::overloaded instead of being begun. Not below the deadline of
  /// requests: who asked has been answered by then.
  core::Milliseconds max_wait{15'000};
};

/// Connections that idle between reads.
class ReadConnections {
 public:
  explicit ReadConnections(const sql::Connector& connector) : connector_(connector) {}
  core::Result<std::unique_ptr<sql::Connection>> take();
  void give_back(std::unique_ptr<sql::Connection> connection);

 private:
  const sql::Connector& connector_;
  std::mutex mutex_;
  std::vector<std::unique_ptr<sql::Connection>> idle_;
};

/// Runs functions over a connection on database threads; results resume on the caller's executor. The executors of
/// callers must outlive stop(). Functions are called again after a lost connection or a conflict, so they must be
/// repeatable; they own what they use. Errors: Code::unavailable, Code::overloaded, and what the function returns.
class Database {
 public:
  explicit Database(sql::Connector connector, DatabaseOptions options = {});
  ~Database();
  Database(const Database&) = delete;
  Database& operator=(const Database&) = delete;

  /// `function`: Result<T>(sql::Connection&), statements that only read.
  template <class Function, class R = std::invoke_result_t<Function&, sql::Connection&>>
  core::Task<R> read(Function function) {
    return readers_.run([this, function = std::move(function)]() mutable -> R {
      for (int attempt = 1;; ++attempt) {
        auto connection = read_connections_.take();
        if (!connection) return std::move(connection).error();
        R result = function(**connection);
        const bool repeat = !result && may_repeat_read((*connection)->last_failure(), attempt);
        read_connections_.give_back(std::move(*connection));
        if (!repeat) return result;
      }
    });
  }

  /// `function`: Result<T>(sql::Connection&), run inside a transaction that is shared with other writes; the caller is
  /// answered after its COMMIT. Code::unavailable also when the connection went while committing.
  template <class Function, class R = std::invoke_result_t<Function&, sql::Connection&>>
  core::Task<R> write(WriteTraits traits, Function function) {
    if (traits.revokes && tell_) return write_and_tell<R>(std::move(traits), std::move(function));
    return commit<R>(std::move(traits), std::move(function));
  }

  /// `tell` is awaited after every write with WriteTraits::revokes, before its caller is answered, also when the write
  /// failed: it may have happened all the same. Call it before traffic.
  void tell_of_revocations(std::function<core::Task<>()> tell) { tell_ = std::move(tell); }

  /// Finishes what is queued, then joins the threads. Idempotent.
  void stop();

  std::size_t queued_reads() const { return readers_.queued(); }
  std::size_t queued_writes() const { return commit_queue_.queued(); }

 private:
  template <class R, class Function>
  core::Task<R> write_and_tell(WriteTraits traits, Function function) {
    R result = co_await commit<R>(std::move(traits), std::move(function));
    co_await tell_();
    co_return result;
  }

  template <class R, class Function>
  core::Task<R> commit(WriteTraits traits, Function function) {
    traits.deadline = std::chrono::steady_clock::now() + max_wait_;
    auto initiate = [this](auto handler, WriteTraits job_traits, Function work) {
      using Handler = decltype(handler);
      std::unique_ptr<WriteJob> job = std::make_unique<FunctionJob<R, Function, Handler>>(
          std::move(job_traits), std::move(work), std::move(handler));
      if (!commit_queue_.push(job)) {
        job->fail({core::Code::overloaded, "The server is busy; try again in a moment.", "commit queue is full"});
      }
    };
    return boost::asio::async_initiate<const boost::asio::use_awaitable_t<>, void(R)>(
        initiate, boost::asio::use_awaitable, std::move(traits), std::move(function));
  }

  template <class R, class Function, class Handler>
  class FunctionJob final : public WriteJob {
   public:
    FunctionJob(WriteTraits traits, Function function, Handler handler)
        : WriteJob(std::move(traits)),
          function_(std::move(function)),
          executor_(boost::asio::get_associated_executor(handler)),
          handler_(std::move(handler)) {}

    core::Result<void> run(sql::Connection& connection) override {
      result_.emplace(function_(connection));
      if (!*result_) return result_->error();
      return {};
    }
    void succeed() noexcept override { answer(std::move(*result_)); }
    void fail(core::Error error) noexcept override { answer(R{std::move(error)}); }

   private:
    void answer(R result) {
      boost::asio::post(executor_, [handler = std::move(handler_), result = std::move(result)]() mutable {
        std::move(handler)(std::move(result));
      });
    }

    Function function_;
    boost::asio::associated_executor_t<Handler> executor_;
    Handler handler_;
    std::optional<R> result_;
  };

  static bool may_repeat_read(sql::Failure failure, int attempt);

  const sql::Connector connector_;
  ReadConnections read_connections_;
  core::WorkPool readers_;
  const core::Milliseconds max_wait_;
  CommitQueue commit_queue_;
  std::vector<std::thread> writers_;
  std::function<core::Task<>()> tell_;
};

}  // namespace sigma::store
