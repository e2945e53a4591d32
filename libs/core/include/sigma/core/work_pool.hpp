#pragma once
#include <boost/asio/any_completion_handler.hpp>
#include <boost/asio/associated_executor.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/dispatch.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "sigma/core/result.hpp"
#include "sigma/core/task.hpp"

namespace sigma::core {

/// Threads for work that blocks or burns CPU (database calls, RSA, Argon2), with a bounded queue.
/// Thread-safe. Results resume on the caller's own executor. Jobs that were accepted always run, also during stop().
class WorkPool {
 public:
  using Job = std::function<void()>;

  WorkPool(std::string name, std::size_t threads, std::size_t max_queued);
  ~WorkPool();
  WorkPool(const WorkPool&) = delete;
  WorkPool& operator=(const WorkPool&) = delete;

  /// False when the queue is full or the pool is stopping; then the job never runs.
  bool try_post(Job job);
  /// Finishes what is queued, then joins the threads. Idempotent.
  void stop();
  std::size_t queued() const;

  /// Runs `function` (returning Result<T>) on the pool; Code::overloaded when the queue is full.
  template <class Function, class R = std::invoke_result_t<Function&>>
  Task<R> run(Function function) {
    auto initiate = [this](auto handler, Function work) {
      using Handler = decltype(handler);
      auto executor = boost::asio::get_associated_executor(handler);
      auto state = std::make_shared<std::pair<Handler, Function>>(std::move(handler), std::move(work));
      const bool accepted = try_post([state, executor] {
        R result = state->second();
        boost::asio::post(
            executor, [state, result = std::move(result)]() mutable { std::move(state->first)(std::move(result)); });
      });
      if (!accepted) {
        boost::asio::post(executor, [state, name = name_]() mutable {
          std::move(state->first)(
              R{Error{Code::overloaded, "The server is busy; try again in a moment.", name + " queue is full"}});
        });
      }
    };
    co_return co_await boost::asio::async_initiate<const boost::asio::use_awaitable_t<>, void(R)>(
        initiate, boost::asio::use_awaitable, std::move(function));
  }

 private:
  void work();

  std::string name_;
  std::size_t max_queued_;
  mutable std::mutex mutex_;
  std::condition_variable wake_;
  std::deque<Job> queue_;
  bool stopping_ = false;
  std::vector<std::thread> threads_;
};

}  // namespace sigma::core
