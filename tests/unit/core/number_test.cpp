#include "sigma/core/number.hpp"

#include <gtest/gtest.h>

#include <cstdint>

namespace sigma::core {
namespace {

TEST(Numbers, AreDigitsAndNothingElse) {
  EXPECT_EQ(parse_number<int>("0"), 0);
  EXPECT_EQ(parse_number<int>("-12"), -12);
  EXPECT_EQ(parse_number<std::uint16_t>("65535"), 65535);
  EXPECT_EQ(parse_number<std::int64_t>("9223372036854775807"), INT64_MAX);
  EXPECT_EQ(parse_number<int>("007"), 7);
  for (const std::string_view text : {"", "-", "+1", " 1", "1 ", "1x", "x1", "0x1", "1.0", "1e3", "--1"})
    EXPECT_FALSE(parse_number<int>(text)) << text;
}

TEST(Numbers, FitTheirType) {
  EXPECT_FALSE(parse_number<std::uint16_t>("65536"));
  EXPECT_FALSE(parse_number<std::uint64_t>("-1"));
  EXPECT_FALSE(parse_number<std::int64_t>("9223372036854775808"));
}

}  // namespace
}  // namespace sigma::core
