#include "sigma/vault/locked_bytes.hpp"

#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <string>

namespace sigma::vault {
namespace {

/// The number of kilobytes that the kernel says this process has locked.
long locked_kilobytes() {
  std::ifstream status("/proc/self/status");
  for (std::string line; std::getline(status, line);) {
    if (line.starts_with("VmLck:")) return std::stol(line.substr(6));
  }
  return -1;
}

TEST(LockedBytes, HoldsWhatItIsGiven) {
  const LockedBytes bytes("secret");
  EXPECT_EQ(bytes.view(), "secret");
  EXPECT_EQ(bytes.clone().view(), "secret");
  EXPECT_TRUE(LockedBytes("").empty());
}

TEST(LockedBytes, MovingLeavesNothingBehind) {
  LockedBytes from("secret");
  LockedBytes to = std::move(from);
  EXPECT_EQ(to.view(), "secret");
  EXPECT_TRUE(from.empty());  // NOLINT(bugprone-use-after-move): that is the test
  LockedBytes other("another");
  other = std::move(to);
  EXPECT_EQ(other.view(), "secret");
}

TEST(LockedBytes, IsLockedWhileItLives) {
  if (!memory_can_be_locked()) GTEST_SKIP() << "RLIMIT_MEMLOCK is 0 here";
  if (std::getenv("SIGMA_TEST_SANITIZER")) GTEST_SKIP() << "under a sanitizer mlock does nothing";
  const long before = locked_kilobytes();
  {
    const LockedBytes bytes(std::string(10'000, 'x'));
    EXPECT_GE(locked_kilobytes(), before + 10);
  }
  EXPECT_EQ(locked_kilobytes(), before);
}

}  // namespace
}  // namespace sigma::vault
