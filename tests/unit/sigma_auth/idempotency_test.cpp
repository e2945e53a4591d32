#include "admin/idempotency.hpp"

#include <gtest/gtest.h>

namespace sigma::service {
namespace {

using State = IdempotencyKeys::State;

constexpr core::UtcTime kNow{1'770'000'000'000};

http::Response answer(int status) {
  http::Response response;
  response.status = status;
  return response;
}

TEST(IdempotencyKeys, RepeatsTheAnswerOfTheSameRequestOnly) {
  IdempotencyKeys keys;
  EXPECT_EQ(keys.begin("k", "request", kNow).state, State::begun);
  EXPECT_EQ(keys.begin("k", "request", kNow).state, State::in_progress);
  keys.finish("k", answer(201));
  const auto again = keys.begin("k", "request", kNow);
  ASSERT_EQ(again.state, State::answered);
  EXPECT_EQ(again.answer->status, 201);
  EXPECT_EQ(keys.begin("k", "other", kNow).state, State::other);
  EXPECT_EQ(keys.begin("l", "other", kNow).state, State::begun);
}

TEST(IdempotencyKeys, AnAbandonedKeyIsFree) {
  IdempotencyKeys keys;
  keys.begin("k", "request", kNow);
  keys.abandon("k");
  EXPECT_EQ(keys.begin("k", "another", kNow).state, State::begun);
}

TEST(IdempotencyKeys, ForgetsAfterADay) {
  IdempotencyKeys keys;
  keys.begin("k", "request", kNow);
  keys.finish("k", answer(201));
  EXPECT_EQ(keys.begin("k", "request", kNow + std::chrono::hours(24) - core::Milliseconds(1)).state, State::answered);
  EXPECT_EQ(keys.begin("k", "request", kNow + std::chrono::hours(24)).state, State::begun);
}

TEST(IdempotencyKeys, IsBounded) {
  IdempotencyKeys keys;
  for (int i = 0; i < 1'000; ++i)
    EXPECT_EQ(keys.begin(std::to_string(i), "r", kNow + core::Milliseconds(i)).state, State::begun);
  EXPECT_EQ(keys.begin("more", "r", kNow).state, State::full) << "what is in progress is never dropped";
  keys.finish("7", answer(201));
  keys.finish("3", answer(201));
  EXPECT_EQ(keys.begin("more", "r", kNow).state, State::begun);
  EXPECT_EQ(keys.begin("7", "r", kNow).state, State::answered) << "the oldest answer goes first";
}

}  // namespace
}  // namespace sigma::service
