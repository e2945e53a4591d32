#include "sigma/http/form.hpp"

#include <gtest/gtest.h>

#include <fstream>

namespace sigma::http {
namespace {

using Parameters = std::vector<Form::Parameter>;
using namespace std::string_literals;

TEST(Form, ReadsWhatBrowsersWrite) {
  std::ifstream file(SIGMA_VECTORS_DIR "/sigma/form-bodies.json");
  const auto vectors = nlohmann::json::parse(file).at("vectors");
  ASSERT_GT(vectors.size(), 10u);
  for (const auto& vector : vectors) {
    const auto raw = vector.at("raw").get<std::string>();
    const auto form = Form::parse(raw);
    if (raw.find("%zz") != std::string::npos) {  // URLSearchParams lets this pass; we do not
      EXPECT_FALSE(form) << raw;
      continue;
    }
    ASSERT_TRUE(form) << raw;
    EXPECT_EQ(form->parameters(), vector.at("pairs").get<Parameters>()) << raw;
    const auto again = Form::parse(form->encode());
    ASSERT_TRUE(again) << raw;
    EXPECT_EQ(again->parameters(), form->parameters()) << raw;
  }
}

// Security case 54.
TEST(Form, RefusesWhatIsNotText) {
  for (const std::string& bad :
       {"a=%"s, "a=%4"s, "a=%4g"s, "%=a"s, "a=%00"s, "a\0=b"s, "a=%ff"s, "%c0%80=a"s, "a=%ed%a0%80"s, "a=\xff"s}) {
    const auto form = Form::parse(bad);
    ASSERT_FALSE(form) << bad;
    EXPECT_EQ(form.error().code(), core::Code::invalid_input);
  }
}

// Security case 54.
TEST(Form, BoundsTheNumberOfParameters) {
  EXPECT_TRUE(Form::parse("a&b&c", 3));
  EXPECT_TRUE(Form::parse("a&&b&&c&", 3));
  EXPECT_FALSE(Form::parse("a&b&c&d", 3));
  std::string many;
  for (int i = 0; i < 100'000; ++i) many += "a=1&";
  EXPECT_FALSE(Form::parse(many));
}

TEST(Form, FindsTheFirst) {
  const auto form = Form::parse("a=1&b=&a=2&=c").value();
  EXPECT_EQ(form.find("a"), "1");
  EXPECT_EQ(form.find("b"), "");
  EXPECT_EQ(form.find_nonempty("b"), std::nullopt);
  EXPECT_EQ(form.find_nonempty("a"), "1");
  EXPECT_EQ(form.find(""), "c");
  EXPECT_EQ(form.find("A"), std::nullopt);
}

TEST(Form, SeesRepeatedNames) {
  EXPECT_EQ(Form::parse("a=1&b=2").value().repeated(), std::nullopt);
  EXPECT_EQ(Form::parse("a=1&b=2&b=2&a").value().repeated(), "b");
  EXPECT_EQ(Form::parse("a=1&%61=2").value().repeated(), "a");
  EXPECT_EQ(Form::parse("resource=1&resource=2").value().repeated({"resource"}), std::nullopt);
  EXPECT_EQ(Form::parse("resource=1&resource=2&a&a").value().repeated({"resource"}), "a");
}

}  // namespace
}  // namespace sigma::http
