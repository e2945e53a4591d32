#pragma once
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/use_future.hpp>
#include <optional>

#include "sigma/core/clock.hpp"
#include "sigma/core/task.hpp"

namespace sigma::core {

/// The loop of run_to_end(): lives as long as the program, because a pool thread that has just posted a result may
/// still be inside the loop's code when the result is already here.
boost::asio::io_context& program_loop();

/// Runs a task to its end and returns what it returned: for start-up and the command line. One thread at a time.
template <class T>
T run_to_end(Task<T> task) {
  auto& loop = program_loop();
  loop.restart();
  auto future = boost::asio::co_spawn(loop, std::move(task), boost::asio::use_future);
  loop.run();
  return future.get();
}

/// As run_to_end(), for `limit` at most: nothing when the task is not over by then. It is never resumed, so this is for
/// the end of a process whose database no longer answers.
template <class T>
std::optional<T> run_to_end_within(Milliseconds limit, Task<T> task) {
  auto& loop = program_loop();
  loop.restart();
  auto future = boost::asio::co_spawn(loop, std::move(task), boost::asio::use_future);
  loop.run_for(limit);
  if (future.wait_for(Milliseconds{0}) != std::future_status::ready) return std::nullopt;
  return future.get();
}

}  // namespace sigma::core
