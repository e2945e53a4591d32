#include "sigma/core/trace.hpp"

#include <gtest/gtest.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace sigma::core {
namespace {

// The examples of W3C Trace Context §3.2.2 and what §3.2.2.2 to §3.2.4 forbid.
constexpr const char* kExample = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";

TEST(Trace, ReadsWhatItWrites) {
  const auto context = parse_traceparent(kExample);
  ASSERT_TRUE(context);
  EXPECT_TRUE(context->sampled);
  EXPECT_EQ(trace_id_text(*context), "0af7651916cd43dd8448eb211c80319c");
  EXPECT_EQ(to_traceparent(*context), kExample);
  const auto quiet = parse_traceparent("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-00");
  EXPECT_FALSE(quiet->sampled);
}

TEST(Trace, LaterVersionsAreReadAsFarAsWeKnowThem) {
  EXPECT_TRUE(parse_traceparent("cc-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"));
  EXPECT_TRUE(parse_traceparent("cc-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01-what-the-future-brings"));
  EXPECT_FALSE(parse_traceparent("cc-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01.what"));
}

TEST(Trace, RefusesMalformedText) {
  for (const char* text : {
           "",
           "00",
           "ff-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
           "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01-more",
           "00-00000000000000000000000000000000-b7ad6b7169203331-01",
           "00-0af7651916cd43dd8448eb211c80319c-0000000000000000-01",
           "00-0AF7651916CD43DD8448EB211C80319C-b7ad6b7169203331-01",
           "00-0af7651916cd43dd8448eb211c80319g-b7ad6b7169203331-01",
           "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-0x",
           "00_0af7651916cd43dd8448eb211c80319c_b7ad6b7169203331_01",
           "00-0af7651916cd43dd8448eb211c80319c-b7ad6b71692033-0101",
       }) {
    EXPECT_FALSE(parse_traceparent(text)) << text;
  }
}

Task<std::optional<TraceContext>> deep_inside() {
  boost::asio::steady_timer timer(co_await boost::asio::this_coro::executor, std::chrono::milliseconds{1});
  co_await timer.async_wait(boost::asio::use_awaitable);
  co_return co_await current_trace();
}

TEST(Trace, FollowsCoroutinesAcrossWaits) {
  boost::asio::io_context context;
  const auto slot = std::make_shared<TraceSlot>();
  slot->current = parse_traceparent(kExample);
  std::optional<TraceContext> traced, plain;
  const auto keep = [](std::optional<TraceContext>& out) {
    return [&out](std::exception_ptr, std::optional<TraceContext> found) { out = found; };
  };
  boost::asio::co_spawn(with_trace(context.get_executor(), slot), deep_inside(), keep(traced));
  boost::asio::co_spawn(context, deep_inside(), keep(plain));
  context.run();
  ASSERT_TRUE(traced);
  EXPECT_EQ(to_traceparent(*traced), kExample);
  EXPECT_FALSE(plain);
}

}  // namespace
}  // namespace sigma::core
