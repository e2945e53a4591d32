#include <gtest/gtest.h>

#include "breaker.hpp"
#include "reply.hpp"
#include "topology.hpp"

namespace sigma::cache_redis {
namespace {

constexpr std::size_t kLimit = 1'000;

TEST(Replies, AreReadHoweverTheirBytesArrive) {
  const std::string whole("+OK\r\n-ERR no\r\n:-42\r\n$5\r\na\r\nb\0\r\n$-1\r\n*3\r\n$1\r\nx\r\n*1\r\n:1\r\n$0\r\n\r\n",
                          61);
  for (std::size_t step : {1u, 2u, 7u, 100u}) {
    ReplyReader reader(kLimit);
    std::vector<Reply> replies;
    for (std::size_t at = 0; at < whole.size(); at += step) {
      ASSERT_TRUE(reader.feed(whole.substr(at, step)));
      for (;;) {
        auto reply = reader.next();
        ASSERT_TRUE(reply);
        if (!*reply) break;
        replies.push_back(std::move(**reply));
      }
    }
    ASSERT_EQ(replies.size(), 6u) << step;
    EXPECT_EQ(replies[0].kind, Reply::Kind::status);
    EXPECT_TRUE(replies[1].is_error("ERR"));
    EXPECT_EQ(replies[2].integer, -42);
    EXPECT_EQ(replies[3].text, std::string("a\r\nb\0", 5));
    EXPECT_EQ(replies[4].kind, Reply::Kind::nil);
    ASSERT_EQ(replies[5].items.size(), 3u);
    EXPECT_EQ(replies[5].items[0].text, "x");
    EXPECT_EQ(replies[5].items[1].items.at(0).integer, 1);
    EXPECT_EQ(replies[5].items[2].text, "");
  }
}

TEST(Replies, AHostileServerCannotFillTheMemory) {
  ReplyReader endless(kLimit);
  ASSERT_TRUE(endless.feed("$536870912\r\n"));
  ASSERT_TRUE(endless.next());
  ASSERT_TRUE(endless.feed(std::string(kLimit, 'x')));
  EXPECT_FALSE(endless.next());

  ReplyReader wide(kLimit);
  ASSERT_TRUE(wide.feed("*1000000000\r\n"));
  EXPECT_FALSE(wide.next());

  ReplyReader deep(kLimit);
  std::string nested;
  for (int i = 0; i < 100; ++i) nested += "*1\r\n";
  ASSERT_TRUE(deep.feed(nested));
  EXPECT_FALSE(deep.next());

  ReplyReader other(kLimit);
  ASSERT_TRUE(other.feed("HTTP/1.1 400 Bad Request\r\n\r\n"));
  EXPECT_FALSE(other.next());

  // Many small replies are no large one.
  ReplyReader busy(kLimit);
  for (int i = 0; i < 1'000; ++i) {
    ASSERT_TRUE(busy.feed(":1\r\n:2\r\n"));
    ASSERT_TRUE(busy.next()->has_value());
    ASSERT_TRUE(busy.next()->has_value());
  }
}

TEST(Commands, AreArraysOfBytes) {
  EXPECT_EQ(encode({"SET", std::string("a\0b", 3), ""}),
            std::string("*3\r\n$3\r\nSET\r\n$3\r\na\0b\r\n$0\r\n\r\n", 28));
}

// Redis Cluster specification, "Keys hash tags".
TEST(Slots, AreOfTheTagOrTheKey) {
  EXPECT_EQ(slot_of("123456789"), 0x31C3 % 16'384);
  EXPECT_EQ(slot_of("{user1000}.following"), slot_of("{user1000}.followers"));
  EXPECT_EQ(slot_of("{user1000}.following"), slot_of("user1000"));
  EXPECT_NE(slot_of("foo{}{bar}"), slot_of("bar"));
  EXPECT_EQ(slot_of("foo{{bar}}zap"), slot_of("{bar"));
  EXPECT_EQ(slot_of("foo{bar}{zap}"), slot_of("bar"));
  EXPECT_EQ(slot_of("foo{bar"), slot_of("foo{bar"));
}

TEST(CircuitBreaker, OpensAfterFailuresInARowAndAsksOnce) {
  using std::chrono::milliseconds;
  Breaker breaker({.max_failures = 3, .pause = milliseconds{100}});
  Breaker::Time now{};
  for (int i = 0; i < 10; ++i) {
    breaker.failure(now);
    breaker.failure(now);
    breaker.success();
  }
  EXPECT_TRUE(breaker.closed()) << "not in a row";
  for (int i = 0; i < 3; ++i) breaker.failure(now);
  EXPECT_FALSE(breaker.closed());
  breaker.success();
  EXPECT_FALSE(breaker.closed()) << "an answer to what was sent before proves nothing";
  EXPECT_FALSE(breaker.begin_probe(now + milliseconds{99}));
  now += milliseconds{100};
  EXPECT_TRUE(breaker.begin_probe(now));
  EXPECT_FALSE(breaker.begin_probe(now)) << "one probe";
  EXPECT_FALSE(breaker.closed()) << "requests wait for its outcome";
  breaker.failure(now);
  EXPECT_FALSE(breaker.begin_probe(now));
  now += milliseconds{100};
  EXPECT_TRUE(breaker.begin_probe(now));
  breaker.success();
  EXPECT_TRUE(breaker.closed());
  breaker.failure(now);
  EXPECT_TRUE(breaker.closed()) << "counts begin anew";
}

}  // namespace
}  // namespace sigma::cache_redis
