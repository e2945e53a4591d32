#pragma once
#include <atomic>
#include <functional>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "sigma/cache/pub_sub.hpp"
#include "sigma/store_postgres/connector.hpp"

namespace sigma::store_postgres {

/// Hears of every commit that may have ended something, by whichever process: commits tell it themselves, in their own
/// transaction (store::CommitWorker). One connection and one thread of its own.
class Revocations final : public cache::PubSub {
 public:
  Revocations(std::string url, Options options);
  ~Revocations() override;

  /// Begins to listen; nobody is called before. Once.
  void start();
  /// Nobody is called afterwards. Idempotent.
  void stop();

  /// Nothing is left to be done: the commit has told everybody.
  core::Task<bool> publish(std::string channel, std::string message) override;
  /// There is one channel: its name does not matter.
  void subscribe(std::string channel, Listener listener) override;
  bool listening() const override { return listening_; }

 private:
  void work();
  /// Until the connection ends, or the object.
  void listen();
  void tell_gap();
  /// False when it is time to end.
  bool pause(std::chrono::milliseconds time);

  const std::string url_;
  const Options options_;
  const int stop_;  ///< an event descriptor: readable from stop() on
  std::mutex mutex_;
  std::vector<Listener> listeners_;
  std::atomic<bool> listening_{false};
  std::thread thread_;
};

}  // namespace sigma::store_postgres
