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
    auto answer = co_await flights.join(std::move(key), [this] { return work(); });
    answers.push_back(answer ? *answer : -1);
  }
  void ask_at_once(int times, const std::string& key) {
    for (int i = 0; i < times; ++i) asio::co_spawn(context, ask(key), asio::detached);
  }
  using Milliseconds = std::chrono::milliseconds;

  asio::io_context context;
  SingleFlight<int> flights{2};
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

TEST_F(Flights, WhoWaitsAtTheEndIsDestroyed) {
  ask_at_once(10, "a");
  context.poll();
  EXPECT_EQ(flights.under_way(), 1);
  flights.stop();
  context.run();
  EXPECT_TRUE(answers.empty());
}

}  // namespace
}  // namespace sigma::core
