#include "routes/logout_texts.hpp"

#include <gtest/gtest.h>

namespace sigma::service {
namespace {

std::string_view language_for(const char* accept_language, std::string_view ui_locales = {}) {
  http::Request request;
  if (accept_language != nullptr) request.headers.set("Accept-Language", accept_language);
  return logout_texts(request, ui_locales).language;
}

TEST(LogoutTexts, follow_the_heaviest_language_that_is_there) {
  EXPECT_EQ(language_for("de-AT,de;q=0.9,en;q=0.8"), "de");
  EXPECT_EQ(language_for("fr, en;q=0.2, es;q=0.7"), "es");
  EXPECT_EQ(language_for(" ES "), "es");
  EXPECT_EQ(language_for("de;q=0, es;q=0.1"), "es");
}

TEST(LogoutTexts, are_english_for_everybody_else) {
  for (const char* header : {"fr", "*", "", ";;,,;q=", "de;q=0"}) EXPECT_EQ(language_for(header), "en") << header;
  EXPECT_EQ(language_for(nullptr), "en");
}

TEST(LogoutTexts, follow_the_application_before_the_browser) {
  EXPECT_EQ(language_for("en", "fr es-MX de"), "es");
  EXPECT_EQ(language_for("de", "fr"), "de");
  EXPECT_EQ(language_for("en", std::string(100'000, ' ') + "de"), "en");
}

}  // namespace
}  // namespace sigma::service
