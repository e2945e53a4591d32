#include "audit_cursor.hpp"

#include <gtest/gtest.h>

#include "sigma/core/encoding.hpp"

namespace sigma::service {
namespace {

constexpr ListRules kList{.name = "log"};

core::Result<std::optional<store::AuditPosition>> position_in(const std::string& cursor) {
  http::Request request;
  request.query = "cursor=" + cursor;
  SIGMA_TRY(const ListQuery query, parse_list_query(request, kList));
  return audit_position(query);
}

TEST(AuditCursor, BeginsWhereThePageBeforeEnded) {
  store::AuditRow row;
  row.stream = "019abc|with-a-bar";
  row.sequence = 12;
  row.at = {1'700'000'000'123};
  const auto position = position_in(audit_cursor(kList, row));
  ASSERT_TRUE(position);
  ASSERT_TRUE(*position);
  EXPECT_EQ((*position)->at.ms, row.at.ms);
  EXPECT_EQ((*position)->sequence, row.sequence);
  EXPECT_EQ((*position)->stream, row.stream);
  EXPECT_FALSE(audit_position({}).value()) << "the first page";
}

TEST(AuditCursor, IsRefusedWhenItIsNotOurs) {
  for (const char* inside : {"1", "1|2", "|2|s", "1||s", "1|2x|s", "x|2|s", "99999999999999999999|1|s"}) {
    const auto position = position_in(core::base64url_encode(std::string("log:") + inside));
    ASSERT_FALSE(position) << inside;
    EXPECT_EQ(position.error().code(), core::Code::invalid_input);
  }
}

}  // namespace
}  // namespace sigma::service
