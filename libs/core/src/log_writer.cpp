#include "log_writer.hpp"

#include <pthread.h>
#include <unistd.h>

#include <cerrno>

namespace sigma::core::log {
namespace {

/// Kept between rounds; what one burst needed beyond that goes back to the system.
constexpr std::size_t kKeptBytes = 64 * 1024;

/// Nobody could be told that this fails.
void write_all(int descriptor, std::string_view text) {
  while (!text.empty()) {
    const ssize_t written = ::write(descriptor, text.data(), text.size());
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return;
    text.remove_prefix(static_cast<std::size_t>(written));
  }
}

}  // namespace

LogWriter::LogWriter(int descriptor) : descriptor_(descriptor), thread_([this] { work(); }) {
  pthread_setname_np(thread_.native_handle(), "log");
}

LogWriter::~LogWriter() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_one();
  thread_.join();
}

void LogWriter::add(std::string_view line, bool urgent) {
  bool wake = false;
  {
    const std::lock_guard lock(mutex_);
    if (waiting_.size() + line.size() + 1 > kMaxWaitingBytes) {
      dropped_.fetch_add(1, std::memory_order_relaxed);
      return;
    }
    waiting_ += line;
    waiting_ += '\n';
    added_ += line.size() + 1;
    wake = asleep_ || (urgent && !urgent_);
    asleep_ = false;
    urgent_ |= urgent;
  }
  if (wake) wake_.notify_one();
}

void LogWriter::flush() {
  std::unique_lock lock(mutex_);
  urgent_ = true;
  wake_.notify_one();
  written_more_.wait(lock, [this, all = added_] { return written_ >= all; });
}

void LogWriter::work() {
  std::string writing;
  std::unique_lock lock(mutex_);
  for (;;) {
    asleep_ = waiting_.empty();
    wake_.wait(lock, [this] { return stopping_ || !waiting_.empty(); });
    asleep_ = false;
    wake_.wait_for(lock, kGather, [this] { return stopping_ || urgent_; });
    urgent_ = false;
    waiting_.swap(writing);
    const bool last = stopping_;
    lock.unlock();
    write_all(descriptor_, writing);
    lock.lock();
    written_ += writing.size();
    written_more_.notify_all();
    writing.clear();
    if (writing.capacity() > kKeptBytes) writing.shrink_to_fit();
    if (last) return;
  }
}

}  // namespace sigma::core::log
