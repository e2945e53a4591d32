#include <gtest/gtest.h>

#include "sigma/bap/person.hpp"

namespace sigma::bap {
namespace {

using core::Json;

Json clean(const char* name, const std::string& value) {
  const Json cleaned = clean_person({{name, value}});
  return cleaned.contains(name) ? cleaned.at(name) : Json(nullptr);
}

TEST(Person, Case64TextStaysTextAndNamesStayInTheirLine) {
  EXPECT_EQ(clean("alternateName", "<b>Alice</b>"), "<b>Alice</b>");
  EXPECT_EQ(clean("alternateName", "  Łucja van 日本 "), "Łucja van 日本");
  EXPECT_EQ(clean("alternateName", "a\r\nb\tc\x01"), "a b c");
  EXPECT_EQ(clean("alternateName",
                  "evil\xe2\x80\xae"
                  "gpj.exe"),
            "evilgpj.exe")
      << "U+202E turns the rest around";
  EXPECT_EQ(clean("alternateName", "\xe2\x80\x8b\xef\xbb\xbf \xe2\x81\xa6"), nullptr) << "a name of nothing visible";
  for (const char* sign : {"\u00ad", "\u061c", "\u200f", "\u2028", "\u2029", "\u2066", "\ufeff"}) {
    EXPECT_EQ(clean("alternateName", std::string("a") + sign + "b"), "ab") << sign;
    EXPECT_TRUE(is_misleading(std::string("a") + sign + "b")) << sign;
  }
  EXPECT_FALSE(is_misleading("Łucja van 日本 – “x” … \u00ae \u061b \u2027 \u202f"));
  EXPECT_EQ(clean("alternateName", std::string(500, 'x')).get<std::string>().size(), 100);
  std::string wide;
  while (wide.size() < 300) wide += "日";
  EXPECT_EQ(clean("alternateName", wide).get<std::string>().size(), 99) << "cut between characters";
  EXPECT_EQ(clean("description", "two\nlines"), "two\nlines");
}

TEST(Person, Case64AddressesThatRunAreGone) {
  for (const char* address :
       {"javascript:alert(1)", "JavaScript:alert(1)", " \x01javascript:alert(1)", "java\nscript:alert(1)", "vbscript:x",
        "data:text/html,<script>1</script>", "data:image/svg+xml;base64,PHN2Zz4=", "file:///etc/passwd",
        "blob:https://x/1", "view-source:https://x", "java\x7fscript:alert(1)"}) {
    EXPECT_EQ(clean("url", address), nullptr) << address;
    EXPECT_EQ(clean("image", address), nullptr) << address;
    EXPECT_EQ(clean_person({{"sameAs", Json::array({address, "https://example.com"})}}).at("sameAs"),
              Json::array({"https://example.com"}))
        << address;
  }
  EXPECT_EQ(clean("url", "https://example.com/?q=javascript:"), "https://example.com/?q=javascript:");
  EXPECT_EQ(clean("name", "java\u200bscript:alert(1)"), nullptr);
  EXPECT_EQ(clean("description", "note: this is text"), "note: this is text");
}

TEST(Person, Case64ImagesAreImages) {
  const std::string outpoint(64, 'a');
  for (const std::string& image : {std::string("https://example.com/a.png"), "/" + outpoint + "_0", outpoint + "i0",
                                   "b://" + outpoint, std::string("data:image/png;base64,iVBORw0KGgo=")}) {
    EXPECT_EQ(clean("image", image), image);
  }
  for (const std::string& image :
       {std::string("http://example.com/a.png"), std::string("//example.com/a.png"), std::string("/a.png"),
        std::string("https://example.com/\"><script>"), std::string("data:image/png;base64,\"><script>"),
        std::string("data:image/png,raw"), "data:image/png;base64," + std::string(kMaxImageUri, 'A'),
        "https://example.com/" + std::string(3'000, 'a')}) {
    EXPECT_EQ(clean("image", image), nullptr) << image.substr(0, 60);
  }
  EXPECT_EQ(clean_person({{"image", {{"url", "https://x"}}}}), Json::object());
}

TEST(Person, Case64DeepAndLongProfilesAreCut) {
  Json deep = "bottom";
  for (int i = 0; i < 20; ++i) deep = {{"down", deep}};
  EXPECT_LT(core::dump_json(clean_person(deep)).size(), 100);
  Json wide = Json::object();
  for (int i = 0; i < 1'000; ++i) wide["member" + std::to_string(i)] = i;
  EXPECT_LE(clean_person(wide).size(), 200);
  Json long_text = Json::object();
  for (int i = 0; i < 100; ++i) long_text["m" + std::to_string(i)] = std::string(4'000, 'x');
  EXPECT_LE(core::dump_json(clean_person(long_text)).size(), 40'000);
  EXPECT_EQ(clean_person({{std::string(65, 'n'), 1}, {"a\nb", 1}, {"", 1}}), Json::object());
}

TEST(Person, WhatIsNoneIsEmpty) {
  for (const Json& none : {Json(nullptr), Json(1), Json("x"), Json::array({1})})
    EXPECT_EQ(clean_person(none), Json::object());
}

}  // namespace
}  // namespace sigma::bap
