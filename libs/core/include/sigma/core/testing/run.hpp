#pragma once
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/use_future.hpp>
#include <future>
#include <memory>
#include <vector>

#include "sigma/core/task.hpp"

namespace sigma::core::testing {

/// Runs tasks beside each other on this thread. What is below it lives on until the thread ends, for the next of its
/// kind: a worker may still be leaving the post() of the last result when the tasks are over.
class EventLoop {
 public:
  EventLoop() {
    if (spare_.empty()) {
      context_ = std::make_unique<boost::asio::io_context>();
    } else {
      context_ = std::move(spare_.back());
      spare_.pop_back();
      context_->restart();
    }
  }
  ~EventLoop() {
    if (context_->stopped()) spare_.push_back(std::move(context_));  // else a failed test left something to do
  }
  EventLoop(const EventLoop&) = delete;
  EventLoop& operator=(const EventLoop&) = delete;

  template <class T>
  std::future<T> start(Task<T> task) {
    return boost::asio::co_spawn(*context_, std::move(task), boost::asio::use_future);
  }
  /// Until all tasks are over.
  void run() { context_->run(); }
  /// What can be done without waiting.
  void poll() { context_->poll(); }
  void poll_one() { context_->poll_one(); }

 private:
  static inline thread_local std::vector<std::unique_ptr<boost::asio::io_context>> spare_;
  std::unique_ptr<boost::asio::io_context> context_;
};

/// Runs a task to its end and returns what it returned.
template <class T>
T run(Task<T> task) {
  EventLoop loop;
  auto future = loop.start(std::move(task));
  loop.run();
  return future.get();
}

/// Runs tasks at the same time and returns what they returned.
template <class T>
std::vector<T> run_all(std::vector<Task<T>> tasks) {
  EventLoop loop;
  std::vector<std::future<T>> futures;
  for (auto& task : tasks) futures.push_back(loop.start(std::move(task)));
  loop.run();
  std::vector<T> results;
  for (auto& future : futures) results.push_back(future.get());
  return results;
}

}  // namespace sigma::core::testing
