#include "sigma/crypto/kdf.hpp"

#include <gtest/gtest.h>

#include "sigma/core/encoding.hpp"

namespace sigma::crypto {
namespace {

std::string hex(const SecretBytes& bytes) {
  return core::hex_encode(bytes.view());
}
std::string unhex(std::string_view text) {
  return core::hex_decode(text).value();
}

// RFC 5869 A.1, A.3 (no salt, no info) and A.2 (three blocks).
TEST(Hkdf, MatchesRfc5869) {
  const std::string ikm(22, '\x0b');
  EXPECT_EQ(hex(hkdf_sha256(ikm, unhex("000102030405060708090a0b0c"), unhex("f0f1f2f3f4f5f6f7f8f9"), 42)),
            "3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf34007208d5b887185865");
  EXPECT_EQ(hex(hkdf_sha256(ikm, "", "", 42)),
            "8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d9d201395faa4b61a96c8");
  std::string bytes;
  for (int i = 0; i < 256; ++i) bytes += static_cast<char>(i);
  EXPECT_EQ(
      hex(hkdf_sha256(bytes.substr(0, 0x50), bytes.substr(0x60, 0x50), bytes.substr(0xb0, 0x50), 82)),
      "b11e398dc80327a1c8e7f78c596a49344f012eda2d4efad8a050cc4c19afa97c59045a99cac7827271cb41c65e590e09da3275600c2f09b8"
      "367793a9aca3db71cc30c58179ec3e87c14c01d5c1f3434f1d87");
}

// The reference implementation's src/test.c: version 19, Argon2id.
TEST(Argon2id, MatchesTheReferenceImplementation) {
  EXPECT_EQ(hex(argon2id("password", "somesalt", {1 << 16, 2, 1}, 32).value()),
            "09316115d5cf24ed5a15a31a3ba326e5cf32edc24702987c02b6566f61913cf7");
  EXPECT_EQ(hex(argon2id("password", "somesalt", {256, 2, 2}, 32).value()),
            "6d093c501fd5999645e0ea3bf620d7b8be7fd2db59c20d9fff9539da2bf57037");
}

TEST(Argon2id, RefusesCostsOutOfRange) {
  EXPECT_FALSE(argon2id("p", "short", {256, 2, 1}, 32));
  EXPECT_FALSE(argon2id("p", "somesalt", {7, 2, 1}, 32));
  EXPECT_FALSE(argon2id("p", "somesalt", {256, 0, 1}, 32));
  EXPECT_FALSE(argon2id("p", "somesalt", {256, 2, 0}, 32));
  EXPECT_FALSE(argon2id("p", "somesalt", {(1 << 20) + 1, 1, 1}, 32));
  EXPECT_FALSE(argon2id("p", "somesalt", {256, 2, 1}, 3));
}

}  // namespace
}  // namespace sigma::crypto
