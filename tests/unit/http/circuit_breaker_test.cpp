#include "sigma/http/circuit_breaker.hpp"

#include <gtest/gtest.h>

#include "sigma/core/testing/fixed.hpp"
#include "sigma/core/testing/run.hpp"

namespace sigma::http {
namespace {

using core::testing::run;

class Peer final : public Fetcher {
 public:
  core::Task<core::Result<Response>> fetch(FetchRequest) override {
    ++asked;
    if (error) co_return core::Error{*error, "no"};
    Response response;
    response.status = status;
    co_return response;
  }
  int asked = 0;
  int status = 200;
  std::optional<core::Code> error;
};

class Breaker : public ::testing::Test {
 protected:
  core::Result<Response> ask() { return run(breaker.fetch({})); }
  void fail(int times) {
    for (int i = 0; i < times; ++i) ask();
  }

  core::testing::FixedClock clock;
  Peer peer;
  CircuitBreaker breaker{peer, clock};
};

TEST_F(Breaker, OpensAfterFailuresInARow) {
  peer.error = core::Code::unavailable;
  fail(4);
  peer.error.reset();
  ASSERT_TRUE(ask()) << "an answer in between starts the count anew";
  peer.error = core::Code::deadline;
  fail(4);
  EXPECT_FALSE(breaker.open());
  fail(1);
  EXPECT_TRUE(breaker.open());
  const int asked = peer.asked;
  EXPECT_EQ(ask().error().code(), core::Code::unavailable);
  EXPECT_EQ(peer.asked, asked) << "nobody is asked, nobody waits";
}

TEST_F(Breaker, OneTriesAgainAfterThePause) {
  peer.status = 503;
  fail(5);
  clock.advance(std::chrono::seconds{9});
  EXPECT_FALSE(ask());
  EXPECT_EQ(peer.asked, 5);
  clock.advance(std::chrono::seconds{1});
  EXPECT_TRUE(ask()) << "the one that tries gets the peer's answer";
  EXPECT_EQ(peer.asked, 6);
  EXPECT_FALSE(ask()) << "the pause has doubled";
  clock.advance(std::chrono::seconds{19});
  EXPECT_FALSE(ask());
  clock.advance(std::chrono::seconds{1});
  peer.status = 200;
  EXPECT_TRUE(ask());
  EXPECT_FALSE(breaker.open());
  EXPECT_TRUE(ask());
}

TEST_F(Breaker, OurOwnFullQueueTellsNothing) {
  peer.error = core::Code::unavailable;
  fail(4);
  peer.error = core::Code::overloaded;
  fail(1);
  peer.error = core::Code::unavailable;
  fail(1);
  EXPECT_TRUE(breaker.open()) << "nobody has answered in between";
  clock.advance(std::chrono::seconds{10});
  peer.error = core::Code::overloaded;
  fail(1);
  EXPECT_TRUE(breaker.open()) << "the one who was to try has not asked";
}

TEST_F(Breaker, WhatIsNotThePeersFaultDoesNotCount) {
  for (const core::Code code : {core::Code::overloaded, core::Code::invalid_input, core::Code::forbidden}) {
    peer.error = code;
    fail(10);
  }
  peer.error.reset();
  peer.status = 404;
  fail(10);
  EXPECT_FALSE(breaker.open());
}

}  // namespace
}  // namespace sigma::http
