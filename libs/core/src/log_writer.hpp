// Lines on their way to standard error, many at a time.
#pragma once
#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>

namespace sigma::core::log {

/// One thread writes what has gathered, so that a request pays for copying its line and not for a system call and a
/// change of threads. Thread-safe.
class LogWriter {
 public:
  /// How long a line may wait for others.
  static constexpr std::chrono::milliseconds kGather{20};
  /// What waits at most; lines beyond it are dropped and counted.
  static constexpr std::size_t kMaxWaitingBytes = 4 * 1024 * 1024;

  explicit LogWriter(int descriptor);
  /// Writes what waits.
  ~LogWriter();

  /// `urgent`: written at once, with all that waits before it.
  void add(std::string_view line, bool urgent);
  /// Waits until what others have added before is written. They may go on adding.
  void flush();
  std::uint64_t dropped() const { return dropped_.load(std::memory_order_relaxed); }

 private:
  void work();

  const int descriptor_;
  std::mutex mutex_;
  std::condition_variable wake_, written_more_;
  std::string waiting_;
  std::uint64_t added_ = 0, written_ = 0;  ///< bytes, since the beginning
  bool asleep_ = false;                    ///< the thread waits for a first line; otherwise it looks by itself soon
  bool urgent_ = false;
  bool stopping_ = false;
  std::atomic<std::uint64_t> dropped_{0};
  std::thread thread_;
};

}  // namespace sigma::core::log
