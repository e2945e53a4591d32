#include "sigma/crypto/aead.hpp"

#include <gtest/gtest.h>

#include "sigma/core/encoding.hpp"
#include "sigma/core/testing/fixed.hpp"
#include "sigma/crypto/cipher.hpp"

namespace sigma::crypto {
namespace {

std::string hex(std::string_view text) {
  return core::hex_decode(text).value();
}

const std::string kKey = hex("feffe9928665731c6d6a8f9467308308feffe9928665731c6d6a8f9467308308");
const std::string kPlain =
    hex("d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a721c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de6"
        "57ba63"
        "7b39");
const std::string kData = hex("feedfacedeadbeeffeedfacedeadbeefabaddad2");

struct GcmCase {
  std::string nonce;
  std::string ciphertext_and_tag;
};

// McGrew and Viega, "The Galois/Counter Mode of Operation", test cases 16 and 18 (nonces of 12 and 60 bytes).
TEST(Aes256Gcm, MatchesTheAuthorsVectors) {
  const std::vector<GcmCase> cases = {
      {"cafebabefacedbaddecaf888",
       "522dc1f099567d07f47f37a32a84427d643a8cdcbfe5c0c97598a2bd2555d1aa8cb08e48590dbb3da7b08b1056828838c5f61e6393ba7a0"
       "abcc9"
       "f66276fc6ece0f4e1768cddf8853bb2d551b"},
      {"9313225df88406e555909c5aff5269aa6a7a9538534f7da1e4c303d2a318a728c3c0c95156809539fcf0e2429a6b525416aedbf5a0de6a5"
       "7a637b3"
       "9b",
       "5a8def2f0c9e53f1f75d7853659e2a20eeb2b22aafde6419a058ab4f6f746bf40fc0c3b780f244452da3ebf1c5d82cdea2418997200ef82"
       "e44ae"
       "7e3fa44a8266ee1c8eb0c8b5d4cf5ae9f19a"},
  };
  for (const auto& c : cases) {
    const auto sealed = aes256_gcm_encrypt(kKey, hex(c.nonce), kPlain, kData);
    ASSERT_TRUE(sealed);
    EXPECT_EQ(core::hex_encode(*sealed), c.ciphertext_and_tag);
    const auto opened = aes256_gcm_decrypt(kKey, hex(c.nonce), hex(c.ciphertext_and_tag), kData);
    ASSERT_TRUE(opened);
    EXPECT_EQ(opened->view(), kPlain);
  }
}

TEST(Aead, OpensOnlyWhatItSealed) {
  core::testing::SeededRandom random;
  const std::string key(32, 'k');
  const std::string sealed = aead_seal(key, "secret", "row 7", random).value();
  EXPECT_EQ(aead_open(key, sealed, "row 7").value().view(), "secret");

  EXPECT_FALSE(aead_open(key, sealed, "row 8"));
  EXPECT_FALSE(aead_open(std::string(32, 'j'), sealed, "row 7"));
  EXPECT_FALSE(aead_open(key, "", "row 7"));
  for (std::size_t i = 0; i < sealed.size(); ++i) {
    std::string broken = sealed;
    broken[i] = static_cast<char>(broken[i] ^ 1);
    const auto opened = aead_open(key, broken, "row 7");
    ASSERT_FALSE(opened) << i;
    EXPECT_EQ(opened.error().code(), core::Code::unauthorized);
    EXPECT_FALSE(aead_open(key, sealed.substr(0, i), "row 7")) << i;
  }
}

TEST(Aead, SealsTheSameTextDifferentlyEachTime) {
  core::testing::SeededRandom random;
  const std::string key(32, 'k');
  EXPECT_NE(aead_seal(key, "secret", "", random).value(), aead_seal(key, "secret", "", random).value());
}

TEST(Aead, SealsNothingAndRefusesWrongLengths) {
  core::testing::SeededRandom random;
  const std::string key(32, 'k');
  EXPECT_TRUE(aead_open(key, aead_seal(key, "", "", random).value(), "").value().empty());
  EXPECT_FALSE(aead_seal(std::string(16, 'k'), "x", "", random));
  EXPECT_FALSE(aes256_gcm_encrypt(key, "1234567", "x"));
  EXPECT_FALSE(aes256_gcm_decrypt(key, std::string(65, 'n'), std::string(16, 't')));
}

// NIST SP 800-38A F.2.1 and F.2.5, first block (theirs has no padding block behind it).
TEST(AesCbc, MatchesNist) {
  const std::string iv = hex("000102030405060708090a0b0c0d0e0f");
  const std::string plain = hex("6bc1bee22e409f96e93d7e117393172a");
  const std::pair<std::string, std::string> cases[] = {
      {"2b7e151628aed2a6abf7158809cf4f3c", "7649abac8119b246cee98e9b12e9197d"},
      {"603deb1015ca71be2b73aef0857d77811f352c073b6108d72d9810a30914dff4", "f58c4c04d6e5f1ba779eabfb5f7bfbd6"},
  };
  for (const auto& [key, first_block] : cases) {
    const auto sealed = aes_cbc_encrypt(hex(key), iv, plain).value();
    EXPECT_EQ(core::hex_encode(sealed.substr(0, 16)), first_block);
    EXPECT_EQ(sealed.size(), 32u);
    EXPECT_EQ(aes_cbc_decrypt(hex(key), iv, sealed).value().view(), plain);
  }
}

TEST(AesCbc, RefusesBrokenInput) {
  const std::string key(16, 'k'), iv(16, 'i');
  const std::string sealed = aes_cbc_encrypt(key, iv, "attack at dawn").value();
  EXPECT_FALSE(aes_cbc_encrypt(std::string(24, 'k'), iv, "x"));
  EXPECT_FALSE(aes_cbc_encrypt(key, std::string(12, 'i'), "x"));
  for (const std::string& bad : {std::string(), sealed.substr(1), sealed + "x"}) {
    EXPECT_EQ(aes_cbc_decrypt(key, iv, bad).error().code(), core::Code::unauthorized);
  }
  std::string padding = iv;  // turns the padding bytes 02 02 into 02 03
  padding.back() = static_cast<char>(padding.back() ^ 1);
  EXPECT_FALSE(aes_cbc_decrypt(key, padding, sealed));
}

}  // namespace
}  // namespace sigma::crypto
