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

// RFC 7914 §11; BIP-39's first English vector (mnemonic "abandon … about", passphrase TREZOR).
TEST(Pbkdf2, MatchesPublishedVectors) {
  EXPECT_EQ(hex(pbkdf2_sha256("passwd", "salt", 1, 64).value()),
            "55ac046e56e3089fec1691c22544b605f94185216dde0465e68b9d57c20dacbc"
            "49ca9cccf179b645991664b39d77ef317c71b845b1e30bd509112041d3a19783");
  std::string words;
  for (int i = 0; i < 11; ++i) words += "abandon ";
  EXPECT_EQ(
      hex(pbkdf2_sha512(words + "about", "mnemonicTREZOR", 2048, 64).value()),
      "c55257c360c07c72029aebc1b53c05ed0362ada38ead3e3e9efa3708e53495531f09a6987599d18264c1e1c92f2cf141630c7a3c4ab7c81b"
      "2f001698e7463b04");
}

TEST(Pbkdf2, RefusesCostsOutOfRange) {
  EXPECT_FALSE(pbkdf2_sha256("p", "s", 0, 32));
  EXPECT_FALSE(pbkdf2_sha256("p", "s", 10'000'001, 32));
  EXPECT_FALSE(pbkdf2_sha256("p", "s", 1, 0));
  EXPECT_FALSE(pbkdf2_sha256("p", "s", 1, 1025));
  EXPECT_TRUE(pbkdf2_sha256("", "", 1, 32));
}

// RFC 7914 §12.
TEST(Scrypt, MatchesRfc7914) {
  EXPECT_EQ(
      hex(scrypt("", "", {16, 1, 1}, 64).value()),
      "77d6576238657b203b19ca42c18a0497f16b4844e3074ae8dfdffa3fede21442fcd0069ded0948f8326a753a0fc81f17e8d3e0fb2e0d3628"
      "cf35e20c38d18906");
  EXPECT_EQ(
      hex(scrypt("password", "NaCl", {1024, 8, 16}, 64).value()),
      "fdbabe1c9d3472007856e7190d01e9fe7c6ad7cbc8237830e77376634b3731622eaf30d92e22a3886ff109279d9830dac727afb94a83ee6d"
      "8360cbdfa2cc0640");
}

TEST(Scrypt, RefusesCostsOutOfRange) {
  for (const ScryptCost cost : {ScryptCost{0, 8, 1}, {1000, 8, 1}, {1024, 0, 1}, {1024, 8, 0}, {1ull << 40, 8, 1}}) {
    EXPECT_EQ(scrypt("p", "s", cost, 32).error().code(), core::Code::invalid_input) << cost.n;
  }
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
