#include "sigma/crypto/secret_bytes.hpp"

#include <gtest/gtest.h>

#include "sigma/crypto/random.hpp"

namespace sigma::crypto {
namespace {

static_assert(!std::is_copy_constructible_v<SecretBytes> && !std::is_copy_assignable_v<SecretBytes>);
static_assert(std::is_nothrow_move_constructible_v<SecretBytes>);

TEST(SecretBytes, MovesItsBufferAndLeavesNothing) {
  SecretBytes first("a secret of some length");
  const void* buffer = first.data();
  SecretBytes second(std::move(first));
  EXPECT_EQ(second.data(), buffer);
  EXPECT_TRUE(first.empty());  // NOLINT(bugprone-use-after-move)
  SecretBytes third("other");
  third = std::move(second);
  EXPECT_EQ(third.view(), "a secret of some length");
}

TEST(SecretBytes, WipesWhatShrinkDrops) {
  SecretBytes bytes("0123456789");
  const std::uint8_t* buffer = bytes.data();
  bytes.shrink(4);
  EXPECT_EQ(bytes.view(), "0123");
  for (int i = 4; i < 10; ++i) EXPECT_EQ(buffer[i], 0) << i;
}

TEST(SecretBytes, CloneIsIndependent) {
  SecretBytes original("abc");
  SecretBytes copy = original.clone();
  copy.data()[0] = 'x';
  EXPECT_EQ(original.view(), "abc");
}

TEST(Wipe, OverwritesTheWholeBuffer) {
  for (const std::size_t size : {5u, 200u}) {  // inside the string object, and on the heap
    std::string text(size, 's');
    const char* buffer = text.data();
    wipe(text);
    EXPECT_TRUE(text.empty());
    EXPECT_EQ(text.data(), buffer);
    text.resize(size);  // no allocation; would show what was left, were it not zero-filled from 0
    EXPECT_EQ(text, std::string(size, '\0'));
  }
}

TEST(SystemRandom, DoesNotRepeat) {
  SystemRandom random;
  EXPECT_NE(random.bytes(32), random.bytes(32));
  EXPECT_EQ(random.bytes(0), "");
  std::array<int, 256> seen{};
  for (const char c : random.bytes(1 << 16)) ++seen[static_cast<std::uint8_t>(c)];
  for (const int count : seen) EXPECT_GT(count, 100);  // expected 256; below 100 has probability 10^-30
}

}  // namespace
}  // namespace sigma::crypto
