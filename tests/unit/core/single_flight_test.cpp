#include "sigma/core/single_flight.hpp"

#include <gtest/gtest.h>

#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>

namespace sigma::core {
namespace {

namespace asio = boost::asio;

class Flights : public ::testing::Test {
 protected:
  Task<Result<int>> work() {
    ++begun;
    asio::steady_timer timer(co_await asio::this_coro::executor);
    timer.expires_after(Milliseconds{5});
    co_await timer.async_wait(asio::use_awaitable);
    co_return begun;
  }
  Task<> ask(std::string key) {
    auto answer = co_await flights.join(std::move(key), [this] { return work(); }, patience);
    answers.push_back(answer ? *answer : -1);
  }
  void ask_at_once(int times, const std::string& key) {
    for (int i = 0; i < times; ++i) asio::co_spawn(context, ask(key), asio::detached);
  }
  using Milliseconds = std::chrono::milliseconds;

  asio::io_context context;
  SingleFlight<int> flights{2};
  std::optional<Milliseconds> patience;
  std::vector<int> answers;
  int begun = 0;
};

TEST_F(Flights, EqualQuestionsAreAnsweredOnce) {
  ask_at_once(1'000, "a");
  context.run();
  EXPECT_EQ(begun, 1);
  EXPECT_EQ(answers, std::vector<int>(1'000, 1));
  EXPECT_EQ(flights.under_way(), 0);
  context.restart();
  ask_at_once(1, "a");
  context.run();
  EXPECT_EQ(begun, 2) << "afterwards the question is a new one";
}

TEST_F(Flights, TooManyDifferentOnesAreRefused) {
  ask_at_once(1, "a");
  ask_at_once(1, "b");
  ask_at_once(3, "c");
  ask_at_once(2, "a");
  context.run();
  EXPECT_EQ(begun, 2);
  EXPECT_EQ(std::ranges::count(answers, -1), 3);
  EXPECT_EQ(answers.size(), 7);
}

TEST_F(Flights, PatienceEndsOneWaitAndNotTheWork) {
  std::optional<Result<int>> hasty, patient;
  const auto wait = [this](std::optional<Result<int>>& answer, std::optional<Milliseconds> patience) -> Task<> {
    answer = co_await flights.join("a", [this] { return work(); }, patience);
  };
  asio::co_spawn(context, wait(hasty, Milliseconds{0}), asio::detached);
  asio::co_spawn(context, wait(patient, std::nullopt), asio::detached);
  while (!hasty) context.run_one();
  EXPECT_EQ(hasty->error().code(), Code::deadline);
  EXPECT_FALSE(patient);
  EXPECT_EQ(flights.under_way(), 1);
  context.run();
  EXPECT_EQ(**patient, 1);
  EXPECT_EQ(flights.under_way(), 0);
}

TEST_F(Flights, AnAnswerInTimeLeavesNoTimerBehind) {
  const auto wait = [this]() -> Task<> {
    auto answer = co_await flights.join("a", [this] { return work(); }, std::chrono::hours{1});
    answers.push_back(*answer);
  };
  asio::co_spawn(context, wait(), asio::detached);
  context.run();
  EXPECT_EQ(answers, std::vector<int>{1});
}

TEST_F(Flights, WhoWaitsAtTheEndIsDestroyed) {
  patience = std::chrono::hours{1};
  ask_at_once(10, "a");
  context.poll();
  EXPECT_EQ(flights.under_way(), 1);
  flights.stop();
  context.run();
  EXPECT_TRUE(answers.empty());
}

}  // namespace
}  // namespace sigma::core
