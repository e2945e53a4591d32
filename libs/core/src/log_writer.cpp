#include "log_writer.hpp"

#include <pthread.h>
#include <unistd.h>

#include <cerrno>
#include <utility>

namespace sigma::core::log {
namespace {

/// Kept between rounds; what one burst needed beyond that goes back to the system.
constexpr std::size_t kKeptBytes = 64 * 1024;

}  // namespace

LogWriter::LogWriter(int descriptor)
    : shared_(std::make_shared<Shared>(descriptor)), thread_([shared = shared_] { work(*shared); }) {
  pthread_setname_np(thread_.native_handle(), "log");
}

LogWriter::~LogWriter() {
  std::unique_lock lock(shared_->mutex);
  shared_->stopping = true;
  shared_->wake.notify_one();
  const bool ended = wait(lock, [this] { return shared_->ended; });
  lock.unlock();
  if (ended) {
    thread_.join();
  } else {
    thread_.detach();
  }
}

void LogWriter::add(std::string_view line, bool urgent) {
  Shared& shared = *shared_;
  bool wake = false;
  {
    const std::lock_guard lock(shared.mutex);
    if (shared.waiting.size() + line.size() + 1 > kMaxWaitingBytes) {
      dropped_.fetch_add(1, std::memory_order_relaxed);
      return;
    }
    shared.waiting += line;
    shared.waiting += '\n';
    shared.added += line.size() + 1;
    wake = shared.asleep || (urgent && !shared.urgent);
    shared.asleep = false;
    shared.urgent |= urgent;
  }
  if (wake) shared.wake.notify_one();
}

void LogWriter::flush() {
  std::unique_lock lock(shared_->mutex);
  shared_->urgent = true;
  shared_->wake.notify_one();
  wait(lock, [this, all = shared_->added] { return shared_->written >= all; });
}

/// False when nothing was taken from us for kPatience.
template <class Condition>
bool LogWriter::wait(std::unique_lock<std::mutex>& lock, Condition condition) {
  for (std::uint64_t before = shared_->progress; !shared_->written_more.wait_for(lock, kPatience, condition);) {
    if (const std::uint64_t now = shared_->progress; now != std::exchange(before, now)) continue;
    return false;
  }
  return true;
}

void LogWriter::work(Shared& shared) {
  std::string writing;
  std::unique_lock lock(shared.mutex);
  for (bool last = false; !last;) {
    shared.asleep = shared.waiting.empty();
    shared.wake.wait(lock, [&] { return shared.stopping || !shared.waiting.empty(); });
    shared.asleep = false;
    shared.wake.wait_for(lock, kGather, [&] { return shared.stopping || shared.urgent; });
    shared.urgent = false;
    shared.waiting.swap(writing);
    last = shared.stopping;
    lock.unlock();
    write_all(shared, writing);
    lock.lock();
    shared.written += writing.size();
    shared.ended = last;
    shared.written_more.notify_all();
    writing.clear();
    if (writing.capacity() > kKeptBytes) writing.shrink_to_fit();
  }
}

/// Nobody could be told that this fails.
void LogWriter::write_all(Shared& shared, std::string_view text) {
  while (!text.empty()) {
    const ssize_t written = ::write(shared.descriptor, &text.front(), text.size());
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return;
    shared.progress += static_cast<std::uint64_t>(written);
    text.remove_prefix(static_cast<std::size_t>(written));
  }
}

}  // namespace sigma::core::log
