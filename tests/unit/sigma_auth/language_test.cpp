#include "routes/language.hpp"

#include <gtest/gtest.h>

#include "routes/error_texts.hpp"
#include "routes/logout_texts.hpp"

namespace sigma::service {
namespace {

http::Request request_with(const char* accept_language, const char* cookie = nullptr) {
  http::Request request;
  if (accept_language != nullptr) request.headers.set("Accept-Language", accept_language);
  if (cookie != nullptr) request.headers.set("Cookie", cookie);
  return request;
}

std::string_view language_for(const char* accept_language, std::string_view ui_locales = {}) {
  return tag_of(language_of(request_with(accept_language), ui_locales));
}

TEST(Language, IsTheHeaviestOneThatIsThere) {
  EXPECT_EQ(language_for("de-AT,de;q=0.9,en;q=0.8"), "de");
  EXPECT_EQ(language_for("fr, en;q=0.2, es;q=0.7"), "es");
  EXPECT_EQ(language_for(" ES "), "es");
  EXPECT_EQ(language_for("de;q=0, es;q=0.1"), "es");
}

TEST(Language, IsEnglishForEverybodyElse) {
  for (const char* header : {"fr", "*", "", ";;,,;q=", "de;q=0"}) EXPECT_EQ(language_for(header), "en") << header;
  EXPECT_EQ(language_for(nullptr), "en");
}

TEST(Language, IsTheApplicationsBeforeTheBrowsers) {
  EXPECT_EQ(language_for("en", "fr es-MX de"), "es");
  EXPECT_EQ(language_for("de", "fr"), "de");
  EXPECT_EQ(language_for("en", std::string(100'000, ' ') + "de"), "en");
  http::Request request = request_with("en");
  request.query = "client_id=x&ui_locales=fr+de";
  EXPECT_EQ(language_of(request), Language::de);
  request.query = "ui_locales=%zz";
  EXPECT_EQ(language_of(request), Language::en);
}

TEST(Language, IsThePersonsOwnChoiceBeforeAll) {
  EXPECT_EQ(language_of(request_with("de", "a=b; sigma.language=es"), "de"), Language::es);
  EXPECT_EQ(language_of(request_with("de", "sigma.language=xx"), "es"), Language::es);
}

TEST(Texts, AreThereInEveryLanguage) {
  for (const Language language : {Language::en, Language::de, Language::es}) {
    for (std::size_t page = 0; page < kErrorPages; ++page) {
      const ErrorTexts& texts = error_texts(static_cast<ErrorPage>(page), language);
      EXPECT_FALSE(texts.title.empty() || texts.happened.empty() || texts.advice.empty()) << tag_of(language) << page;
      EXPECT_TRUE(language == Language::en ||
                  texts.title != error_texts(static_cast<ErrorPage>(page), Language::en).title);
    }
    EXPECT_FALSE(logout_texts(language).again.empty());
    EXPECT_FALSE(error_frame(language).start.empty());
  }
}

}  // namespace
}  // namespace sigma::service
