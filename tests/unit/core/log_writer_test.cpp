#include "log_writer.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <csignal>
#include <map>
#include <sstream>
#include <stdexcept>

namespace sigma::core::log {
namespace {

/// A pipe: what a writer gets rid of is in it at once, and a reader who waits makes the writer wait.
class Pipe {
 public:
  Pipe() {
    // A writer that was given up wakes when its reader goes, which may be during the next test.
    std::signal(SIGPIPE, SIG_IGN);
    int ends[2];
    if (::pipe2(ends, O_CLOEXEC) != 0) throw std::runtime_error("no pipe");
    reader_ = ends[0];
    writer_ = ends[1];
  }
  ~Pipe() {
    stop_reading();
    shut();
  }
  Pipe(const Pipe&) = delete;
  Pipe& operator=(const Pipe&) = delete;

  int writer() const { return writer_; }
  void stop_reading() {
    if (reader_ >= 0) ::close(std::exchange(reader_, -1));
  }
  void shut() {
    if (writer_ >= 0) ::close(std::exchange(writer_, -1));
  }
  /// Waits for at least `count` lines.
  std::string read_lines(std::size_t count) {
    std::string text;
    while (static_cast<std::size_t>(std::ranges::count(text, '\n')) < count && read_some(text)) continue;
    return text;
  }
  /// Does not wait.
  std::string read_what_is_there() {
    std::string text;
    for (pollfd ready{.fd = reader_, .events = POLLIN, .revents = 0}; ::poll(&ready, 1, 0) == 1;) read_some(text);
    return text;
  }
  /// Waits until nobody writes any more.
  std::string read_all() {
    std::string text;
    while (read_some(text)) continue;
    return text;
  }

 private:
  bool read_some(std::string& text) {
    char buffer[64 * 1024];
    const ssize_t count = ::read(reader_, buffer, sizeof buffer);
    if (count > 0) text.append(buffer, static_cast<std::size_t>(count));
    return count > 0;
  }

  int reader_ = -1, writer_ = -1;
};

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  std::istringstream stream(text);
  for (std::string line; std::getline(stream, line);) lines.push_back(line);
  return lines;
}

TEST(LogWriter, LinesLeaveInTheirOrder) {
  Pipe pipe;
  {
    LogWriter writer(pipe.writer());
    for (int i = 0; i < 1'000; ++i) writer.add(std::to_string(i), false);
  }
  pipe.shut();
  const auto lines = lines_of(pipe.read_all());
  ASSERT_EQ(lines.size(), 1'000);
  for (int i = 0; i < 1'000; ++i) EXPECT_EQ(lines[static_cast<std::size_t>(i)], std::to_string(i));
}

TEST(LogWriter, ALineLeavesWithoutAnotherOne) {
  Pipe pipe;
  LogWriter writer(pipe.writer());
  for (const std::string round : {"first", "second", "third"}) {
    writer.add(round, false);
    EXPECT_EQ(pipe.read_lines(1), round + "\n");
  }
}

TEST(LogWriter, AnUrgentLineTakesAlongWhatWaits) {
  Pipe pipe;
  LogWriter writer(pipe.writer());
  writer.add("a request", false);
  writer.add("a database that is lost", true);
  writer.add("another request", false);
  EXPECT_EQ(pipe.read_lines(3), "a request\na database that is lost\nanother request\n");
}

// Nobody reads: the pipe fills, the thread waits with the batch that it has taken, and the rest gathers up to the
// bound. What is kept is whole and in order; what is not is counted.
TEST(LogWriter, WhatNobodyReadsIsDroppedAtTheBoundAndCounted) {
  constexpr std::size_t kLine = 1'023, kLines = 4 * LogWriter::kMaxWaitingBytes / (kLine + 1);
  Pipe pipe;
  auto writer = std::make_unique<LogWriter>(pipe.writer());
  for (std::size_t i = 0; i < kLines; ++i) {
    std::string line = fmt::format("{:08}", i);
    line.resize(kLine, '.');
    writer->add(line, false);
  }
  const std::uint64_t dropped = writer->dropped();
  // What waits reaches the bound; at most as much again has been taken, beside what is in the pipe.
  EXPECT_LE(dropped, kLines - kLines / 4);
  EXPECT_GE(dropped, kLines / 4);

  std::thread end([&] {
    writer.reset();
    pipe.shut();
  });
  const auto lines = lines_of(pipe.read_all());
  end.join();
  EXPECT_EQ(lines.size() + dropped, kLines);
  int last = -1;
  for (const std::string& line : lines) {
    ASSERT_EQ(line.size(), kLine);
    const int number = std::stoi(line);
    EXPECT_GT(number, last);
    last = number;
  }
}

TEST(LogWriter, ThereIsRoomAgainOnceSomebodyReads) {
  Pipe pipe;
  LogWriter writer(pipe.writer());
  const std::string large(LogWriter::kMaxWaitingBytes - 1, 'x');
  writer.add(large, false);
  EXPECT_EQ(pipe.read_lines(1).size(), large.size() + 1);
  writer.add(large, false);
  EXPECT_EQ(pipe.read_lines(1).size(), large.size() + 1);
  EXPECT_EQ(writer.dropped(), 0);
  writer.add(large + "x", false);
  EXPECT_EQ(writer.dropped(), 1) << "one byte more than the bound";
}

TEST(LogWriter, LinesOfManyThreadsAreWhole) {
  constexpr int kThreads = 8, kEach = 2'000;
  Pipe pipe;
  std::thread all([&] {
    LogWriter writer(pipe.writer());
    std::vector<std::jthread> threads;
    for (int thread = 0; thread < kThreads; ++thread) {
      threads.emplace_back([&writer, thread] {
        for (int i = 0; i < kEach; ++i) writer.add(fmt::format("<{} {}>", thread, i), i % 100 == 0);
      });
    }
    threads.clear();
    EXPECT_EQ(writer.dropped(), 0);
  });
  const std::string text = pipe.read_lines(std::size_t{kThreads} * kEach);
  all.join();

  std::map<int, int> next;
  for (const std::string& line : lines_of(text)) {
    int thread = -1, number = -1;
    char open = 0, close = 0;
    std::istringstream(line) >> open >> thread >> number >> close;
    ASSERT_EQ(line, fmt::format("<{} {}>", thread, number));
    EXPECT_EQ(number, next[thread]++) << "a thread's lines keep their order";
  }
  for (int thread = 0; thread < kThreads; ++thread) EXPECT_EQ(next[thread], kEach);
}

TEST(LogWriter, AFlushWaitsForWhatWasAddedBeforeIt) {
  Pipe pipe;
  LogWriter writer(pipe.writer());
  writer.flush();
  for (int i = 0; i < 100; ++i) {
    const std::string line = std::to_string(i);
    writer.add(line, false);
    writer.flush();
    EXPECT_EQ(pipe.read_what_is_there(), line + "\n");
  }
}

// An error ends the program while the threads of its listeners still write.
TEST(LogWriter, OthersGoOnDuringAFlush) {
  Pipe pipe;
  std::uint64_t added = 0, dropped = 0;
  std::thread all([&] {
    {
      LogWriter writer(pipe.writer());
      std::atomic<bool> flushed{false};
      std::jthread other([&] {
        for (; !flushed || added < 100; ++added) {
          writer.add("a request", false);
          std::this_thread::yield();
        }
      });
      writer.flush();
      flushed = true;
      other.join();
      dropped = writer.dropped();
    }
    pipe.shut();
  });
  const std::string text = pipe.read_all();
  all.join();
  EXPECT_EQ(static_cast<std::uint64_t>(std::ranges::count(text, '\n')) + dropped, added);
}

TEST(LogWriter, TheEndWritesWhatWaits) {
  Pipe pipe;
  {
    LogWriter writer(pipe.writer());
    writer.add("the last word", false);
  }
  pipe.shut();
  EXPECT_EQ(pipe.read_all(), "the last word\n");
}

// A terminal that was paused, a collector that hangs: the end of the server is not theirs to hold up.
TEST(LogWriter, AReaderThatTakesNothingIsGivenUpAtTheEnd) {
  Pipe pipe;
  auto writer = std::make_unique<LogWriter>(pipe.writer());
  writer->add(std::string(1024 * 1024, 'x'), true);
  writer->flush();
  writer.reset();
  EXPECT_FALSE(pipe.read_what_is_there().empty()) << "the pipe was full";
}

// A collector of logs that has gone away must not take the server along: SIGPIPE is ignored there, and here.
TEST(LogWriter, AReaderThatIsGoneIsNoReasonToStop) {
  Pipe pipe;
  pipe.stop_reading();
  LogWriter writer(pipe.writer());
  for (int i = 0; i < 10; ++i) writer.add("nobody reads this", true);
}

}  // namespace
}  // namespace sigma::core::log
