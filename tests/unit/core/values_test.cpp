#include <gtest/gtest.h>

#include <set>

#include "sigma/core/clock.hpp"
#include "sigma/core/json.hpp"
#include "sigma/core/log.hpp"
#include "sigma/core/testing/fixed.hpp"
#include "sigma/core/testing/run.hpp"
#include "sigma/core/uuid.hpp"
#include "sigma/core/work_pool.hpp"

namespace sigma::core {
namespace {

TEST(Clocks, SteadyOneBeginsNowAndNeverStepsBack) {
  const UtcTime before = SystemClock{}.now();
  const SteadyClock clock;
  UtcTime last = clock.now();
  EXPECT_GE(last + Milliseconds{1}, before);
  for (int i = 0; i < 1'000; ++i) {
    const UtcTime now = clock.now();
    EXPECT_GE(now, last);
    last = now;
  }
}

TEST(Iso8601, RoundTrip) {
  for (const char* text : {"2026-01-31T12:34:56.789Z", "1970-01-01T00:00:00.000Z", "2024-02-29T23:59:59.999Z"}) {
    const auto time = parse_iso8601(text);
    ASSERT_TRUE(time) << text;
    EXPECT_EQ(to_iso8601(*time), text);
  }
  EXPECT_EQ(parse_iso8601("2026-01-31T12:34:56.789Z")->ms, 1769862896789);
}

TEST(Iso8601, RefusesEveryOtherForm) {
  for (const char* bad :
       {"", "abc", "1769862896", "1769862896789", "2026-01-31T12:34:56Z", "2026-01-31T12:34:56.789+00:00",
        "26-01-31T12:34:56.789Z", "2026-02-30T12:34:56.789Z", "2026-01-31T24:00:00.000Z", "2026-01-31T23:59:60.000Z",
        "2026-01-31t12:34:56.789z", "2026-01-31 12:34:56.789Z", " 2026-01-31T12:34:56.789Z", "2026-13-01T00:00:00.000Z",
        "2026-00-01T00:00:00.000Z", "2026-01-31T12:60:00.000Z", "+026-01-31T12:34:56.789Z"}) {
    EXPECT_FALSE(parse_iso8601(bad)) << bad;
  }
}

TEST(Uuid, SortsByTimeAndHasVersionSeven) {
  testing::FixedClock clock;
  testing::SeededRandom random;
  const std::string first = uuid_v7(clock, random);
  clock.advance(Milliseconds{1});
  const std::string second = uuid_v7(clock, random);
  EXPECT_LT(first, second);
  EXPECT_EQ(first.size(), 36u);
  EXPECT_EQ(first[14], '7');
  EXPECT_NE(std::string_view("89ab").find(first[19]), std::string_view::npos);
}

// Security case 54.
TEST(ParseJson, BoundsAndStrictness) {
  EXPECT_TRUE(parse_json(R"({"a":[1,{"b":null}]})"));
  const std::string deep = std::string(33, '[') + std::string(33, ']');
  EXPECT_TRUE(parse_json(deep.substr(1, 64)));
  const std::pair<std::string, const char*> bad[] = {
      {"", "empty"},
      {deep, "deep"},
      {std::string(100'000, '['), "unclosed"},
      {R"({"a":1,"a":2})", "duplicate"},
      {R"({"a":{"b":1,"b":2}})", "inner duplicate"},
      {"\xef\xbb\xbf{}", "byte order mark"},
      {"{} x", "trailing"},
      {"{\"a\":\"\xff\"}", "not UTF-8"},
      {"{'a':1}", "quotes"},
      {R"({"a":"\ud800"})", "lone surrogate"},
      {"NaN", "NaN"},
  };
  for (const auto& [text, why] : bad) {
    const auto parsed = parse_json(text);
    ASSERT_FALSE(parsed) << why;
    EXPECT_EQ(parsed.error().code(), Code::invalid_input) << why;
    EXPECT_FALSE(parsed.error().description().empty()) << why;
  }
  // The same name in different objects is fine.
  EXPECT_TRUE(parse_json(R"({"a":{"x":1},"b":{"x":2},"c":[{"x":3},{"x":4}]})"));
}

// Security case 58: nothing from outside can break a log line.
TEST(LogLine, EscapesEverythingFromOutside) {
  const std::string hostile = "a\r\nb\x1b[31m\"\\\xff";
  const std::string line =
      log::format_line(log::Format::json, log::Level::info, "request", {{"agent", hostile}, {"status", 200}});
  EXPECT_EQ(line.find_first_of("\r\n\x1b"), std::string::npos);
  EXPECT_EQ(Json::parse(line)["status"], 200);
  // In UTF-8: CSI of C1, NEL, line separator, right-to-left override, an isolate; and what only looks like them.
  const std::string acting = "\u009b31m \u0085 \u2028 \u202e \u2066";
  const std::string seen = log::format_line(log::Format::text, log::Level::info, "x", {{"name", acting}});
  EXPECT_NE(seen.find(R"(\u009b31m \u0085 \u2028 \u202e \u2066)"), std::string::npos) << seen;
  const std::string harmless = "\u00a0é \u2014 \u20ac \u3042 \U0001F600";
  EXPECT_NE(log::format_line(log::Format::text, log::Level::info, "x", {{"name", harmless}}).find(harmless),
            std::string::npos);
  const std::string text =
      log::format_line(log::Format::text, log::Level::info, "x", {{"name", std::string(1'000'000, 'n')}});
  EXPECT_LT(text.size(), 1'200u);
}

TEST(WorkPool, RunsElsewhereAndComesBack) {
  WorkPool pool("test", 1, 4);
  const auto here = std::this_thread::get_id();
  std::thread::id ran_on;
  const auto job = [&]() -> Result<int> {
    ran_on = std::this_thread::get_id();
    return 42;
  };
  const auto result = testing::run(pool.run(job));
  ASSERT_TRUE(result);
  EXPECT_EQ(*result, 42);
  EXPECT_NE(ran_on, here);
}

TEST(WorkPool, FullQueueIsOverloadedAndAcceptedJobsStillRun) {
  WorkPool pool("test", 1, 2);
  std::mutex gate;
  gate.lock();
  std::atomic<int> ran = 0;
  std::atomic<bool> started = false;
  ASSERT_TRUE(pool.try_post([&] {
    started = true;
    const std::lock_guard wait(gate);
    ++ran;
  }));
  while (!started) std::this_thread::yield();
  ASSERT_TRUE(pool.try_post([&] { ++ran; }));
  ASSERT_TRUE(pool.try_post([&] { ++ran; }));
  const auto refused = testing::run(pool.run([]() -> Result<int> { return 1; }));
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code(), Code::overloaded);
  gate.unlock();
  pool.stop();
  EXPECT_EQ(ran, 3);
  EXPECT_FALSE(pool.try_post([] {}));
}

}  // namespace
}  // namespace sigma::core
