#pragma once
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/use_future.hpp>
#include <exception>
#include <optional>

#include "sigma/core/task.hpp"

namespace sigma::core::testing {

/// Runs a task to its end on a fresh event loop and returns what it returned.
template <class T>
T run(Task<T> task) {
  boost::asio::io_context context;
  auto future = boost::asio::co_spawn(context, std::move(task), boost::asio::use_future);
  context.run();
  return future.get();
}

}  // namespace sigma::core::testing
