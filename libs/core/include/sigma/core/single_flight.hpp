#pragma once
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include <boost/asio/any_completion_handler.hpp>
#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "sigma/core/clock.hpp"
#include "sigma/core/result.hpp"
#include "sigma/core/task.hpp"

namespace sigma::core {

/// Lets everybody who asks the same question at the same time share one answer: the first to ask starts the work, the
/// others wait for it. Thread-safe; answers resume on each caller's executor, which has one thread. Must outlive the
/// tasks that wait.
template <class T>
class SingleFlight {
 public:
  using Answer = Result<T>;
  using Work = std::function<Task<Answer>()>;  ///< not a coroutine itself: it makes one

  /// `max_flights`: different questions under way; more are Code::overloaded.
  explicit SingleFlight(std::size_t max_flights) : max_flights_(max_flights) {}

  /// Code::deadline after `patience`: the work goes on without the caller, for whoever asks next.
  Task<Answer> join(std::string key, Work work, std::optional<Milliseconds> patience = std::nullopt) {
    const auto executor = co_await boost::asio::this_coro::executor;
    auto initiate = [this, executor, patience](auto handler, std::string question, Work answer_it) {
      auto waiting = std::make_shared<Waiting>(Handler(std::move(handler)), executor);
      if (patience) lose_patience(waiting, *patience);
      start(executor, std::move(question), std::move(answer_it), std::move(waiting));
    };
    co_return co_await boost::asio::async_initiate<const boost::asio::use_awaitable_t<>, void(Answer)>(
        initiate, boost::asio::use_awaitable, std::move(key), std::move(work));
  }

  /// Starts the work on `executor` unless it is under way; nobody waits for it.
  void launch(const boost::asio::any_io_executor& executor, std::string key, Work work) {
    start(executor, std::move(key), std::move(work), nullptr);
  }

  std::size_t under_way() const {
    const std::scoped_lock lock(mutex_);
    return flights_.size();
  }

  /// Destroys who waits, without resuming them: at the end, while their executors exist but run no more. Idempotent.
  void stop() {
    std::map<std::string, Waiters> abandoned;
    const std::scoped_lock lock(mutex_);
    abandoned.swap(flights_);
  }

 private:
  using Handler = boost::asio::any_completion_handler<void(Answer)>;

  /// Touched on the caller's executor only.
  struct Waiting {
    Waiting(Handler resume, const boost::asio::any_io_executor& where) : handler(std::move(resume)), timer(where) {}
    void answer(Answer result) {
      if (!handler) return;
      timer.cancel();
      Handler resume = std::move(handler);
      handler = nullptr;
      std::move(resume)(std::move(result));
    }
    Handler handler;
    boost::asio::steady_timer timer;
  };
  using Waiters = std::vector<std::shared_ptr<Waiting>>;

  static void lose_patience(const std::shared_ptr<Waiting>& waiting, Milliseconds patience) {
    waiting->timer.expires_after(patience);
    waiting->timer.async_wait([weak = std::weak_ptr(waiting)](const boost::system::error_code& error) {
      const auto slow = error ? nullptr : weak.lock();
      if (slow) slow->answer(Error{Code::deadline, "The answer takes longer than anybody waits for it."});
    });
  }

  void start(const boost::asio::any_io_executor& executor, std::string key, Work work,
             std::shared_ptr<Waiting> waiting) {
    bool first = false;
    {
      const std::scoped_lock lock(mutex_);
      auto flight = flights_.find(key);
      if (flight == flights_.end() && flights_.size() < max_flights_) {
        flight = flights_.emplace(key, Waiters{}).first;
        first = true;
      }
      if (flight != flights_.end() && waiting) flight->second.push_back(std::move(waiting));
    }
    if (waiting) {
      post_answer(std::move(waiting), Error{Code::overloaded, "The server is busy; try again in a moment."});
    } else if (first) {
      boost::asio::co_spawn(executor, run(std::move(work)),
                            [this, key = std::move(key)](std::exception_ptr thrown, Answer result) {
                              if (thrown) result = Error{Code::internal, "The look-up failed."};
                              finish(key, result);
                            });
    }
  }

  // Keeps the function alive for as long as the coroutine that it made.
  static Task<Answer> run(Work work) { co_return co_await work(); }

  void finish(const std::string& key, const Answer& result) {
    Waiters all;
    {
      const std::scoped_lock lock(mutex_);
      if (auto flight = flights_.extract(key)) all = std::move(flight.mapped());
    }
    for (auto& waiting : all) post_answer(std::move(waiting), result);
  }

  static void post_answer(std::shared_ptr<Waiting> waiting, Answer result) {
    const auto executor = waiting->timer.get_executor();
    boost::asio::post(executor, [waiting = std::move(waiting), result = std::move(result)]() mutable {
      waiting->answer(std::move(result));
    });
  }

  const std::size_t max_flights_;
  mutable std::mutex mutex_;
  std::map<std::string, Waiters> flights_;
};

}  // namespace sigma::core
