// Lines on their way to standard error, many at a time.
#pragma once
#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <memory>
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
  /// How long a reader may take nothing at all while somebody waits for the end of the log.
  static constexpr std::chrono::seconds kPatience{3};

  explicit LogWriter(int descriptor);
  /// Writes what waits; gives up a reader who takes nothing.
  ~LogWriter();

  /// `urgent`: written at once, with all that waits before it.
  void add(std::string_view line, bool urgent);
  /// Waits until what others have added before is written, or a reader takes nothing. They may go on adding.
  void flush();
  std::uint64_t dropped() const { return dropped_.load(std::memory_order_relaxed); }

 private:
  /// What the thread uses: it may be stuck in a write when we end, and then stays behind with it.
  struct Shared {
    explicit Shared(int to) : descriptor(to) {}
    const int descriptor;
    std::mutex mutex;
    std::condition_variable wake, written_more;
    std::string waiting;
    std::uint64_t added = 0, written = 0;     ///< bytes, since the beginning
    std::atomic<std::uint64_t> progress = 0;  ///< bytes that were taken from us, also of a batch that is not through
    bool asleep = false;                      ///< the thread waits for a first line; otherwise it looks by itself soon
    bool urgent = false;
    bool stopping = false;
    bool ended = false;
  };
  static void work(Shared& shared);
  static void write_all(Shared& shared, std::string_view text);
  template <class Condition>
  bool wait(std::unique_lock<std::mutex>& lock, Condition condition);

  const std::shared_ptr<Shared> shared_;
  std::atomic<std::uint64_t> dropped_{0};
  std::thread thread_;
};

}  // namespace sigma::core::log
