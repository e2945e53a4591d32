#pragma once
#include <string>

#include "config.hpp"
#include "sigma/core/clock.hpp"
#include "sigma/core/json.hpp"
#include "sigma/crypto/random.hpp"
#include "wiring.hpp"

namespace sigma::service::cli {

/// Exit codes of every command (interface.md).
inline constexpr int kDone = 0, kFailed = 1, kUsage = 2;

/// What commands share: settings as given, clock and randomness, ways to speak to whoever typed.
struct Context {
  Settings flags;
  Settings environment;
  core::SystemClock clock;
  crypto::SystemRandom random;

  core::Result<Config> load(Needs needs = {}) { return load_config(flags, environment, needs, random); }
};

/// Says why on standard error; the exit code: 2 for what the caller can fix by typing something else, else 1.
int fail(const core::Error& error);
void print(const core::Json& json);
void print_line(const std::string& line);

/// Runs a task to its end.
template <class T>
T run(core::Task<T> task);

/// Opens the store of the configuration, runs `command(OpenStore&)` (→ exit code), closes it.
template <class Command>
int with_store(Context& context, Command command) {
  auto config = context.load();
  if (!config) {
    fail(config.error());
    return kUsage;
  }
  auto open = open_store(*config, context.clock);
  if (!open) return fail(open.error());
  return command(*open);
}

}  // namespace sigma::service::cli

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/use_future.hpp>

template <class T>
T sigma::service::cli::run(core::Task<T> task) {
  boost::asio::io_context loop;
  // Database threads post their results here until their last one: the loop must not end between two of them.
  auto future = boost::asio::co_spawn(loop, std::move(task), boost::asio::use_future);
  loop.run();
  return future.get();
}
