// One answer for everybody who asks the same at the same time.
#pragma once
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "sigma/core/clock.hpp"
#include "sigma/core/task.hpp"

namespace sigma::wallet {

/// Runs a piece of work once for all who ask for its key while it runs. Thread-safe; outlives the work. T is copyable.
template <class T>
class SingleFlight {
 public:
  using Work = std::function<core::Task<T>()>;

  /// What the work answers, or nothing when that takes longer than `patience`: the work goes on without the caller.
  core::Task<std::optional<T>> join(std::string key, core::Milliseconds patience, Work work) {
    auto waiter = std::make_shared<Waiter>(co_await boost::asio::this_coro::executor);
    waiter->timer.expires_after(patience);
    if (enter(key, waiter)) launch(waiter->timer.get_executor(), std::move(key), std::move(work));
    boost::system::error_code ignored;
    if (!waiter->value)
      co_await waiter->timer.async_wait(boost::asio::redirect_error(boost::asio::use_awaitable, ignored));
    co_return std::move(waiter->value);
  }

  /// Starts the work unless it is under way, and waits for nothing.
  core::Task<void> start(std::string key, Work work) {
    const auto executor = co_await boost::asio::this_coro::executor;
    if (enter(key, nullptr)) launch(executor, std::move(key), std::move(work));
  }

  /// Forgets everybody who waits. At the end, while their executors still exist but run no more.
  void stop() {
    const std::scoped_lock lock(mutex_);
    flights_.clear();
  }

 private:
  /// Only touched on its caller's executor, which is one thread.
  struct Waiter {
    explicit Waiter(const boost::asio::any_io_executor& executor) : timer(executor) {}
    boost::asio::steady_timer timer;
    std::optional<T> value;
  };
  using Waiters = std::vector<std::shared_ptr<Waiter>>;

  /// True for the first, who has to do the work.
  bool enter(const std::string& key, std::shared_ptr<Waiter> waiter) {
    const std::scoped_lock lock(mutex_);
    const auto [flight, first] = flights_.try_emplace(key);
    if (waiter) flight->second.push_back(std::move(waiter));
    return first;
  }

  void launch(boost::asio::any_io_executor executor, std::string key, Work work) {
    boost::asio::co_spawn(executor, run(std::move(work)),
                          [this, key](std::exception_ptr failed, std::optional<T> value) {
                            Waiters waiters;
                            {
                              const std::scoped_lock lock(mutex_);
                              waiters = std::move(flights_.extract(key).mapped());
                            }
                            for (auto& waiter : waiters) {
                              boost::asio::post(waiter->timer.get_executor(), [waiter, value, failed] {
                                if (!failed) waiter->value = value;
                                waiter->timer.cancel();
                              });
                            }
                          });
  }

  static core::Task<std::optional<T>> run(Work work) { co_return co_await work(); }

  std::mutex mutex_;
  std::map<std::string, Waiters> flights_;
};

}  // namespace sigma::wallet
