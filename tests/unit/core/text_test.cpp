#include "sigma/core/text.hpp"

#include <gtest/gtest.h>

namespace sigma::core {
namespace {

TEST(Text, BlanksAroundGo) {
  EXPECT_EQ(trim(" \ta b\t "), "a b");
  EXPECT_EQ(trim(""), "");
  EXPECT_EQ(trim(" \t "), "");
  EXPECT_EQ(trim("a\r\n"), "a\r\n") << "a line's end is no blank, unless told";
  EXPECT_EQ(trim("\r\n a \n", kBlanksAndLineEnds), "a");
}

TEST(Text, PartsComeOffTheFront) {
  std::string_view rest = "a,,b";
  EXPECT_EQ(take_until(rest, ','), "a");
  EXPECT_EQ(rest, ",b");
  EXPECT_EQ(take_until(rest, ','), "");
  EXPECT_EQ(take_until(rest, ','), "b");
  EXPECT_EQ(rest, "");
  EXPECT_EQ(take_until(rest, ','), "") << "of nothing";
}

}  // namespace
}  // namespace sigma::core
