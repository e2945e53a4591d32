#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <sstream>

#include "sigma/oauth/error.hpp"

namespace sigma::oauth {
namespace {

std::string reference() {
  std::string text =
      "# Errors\n\n"
      "Made from the table in `libs/oauth/src/error.cpp`; run `SIGMA_TEST_UPDATE=1 build/release/bin/oauth_unit` after "
      "a change.\n"
      "OAuth endpoints answer `{\"error\",\"error_description\"}`, the session API `{\"message\",\"code\"}`. The "
      "description says how to\n"
      "fix the request; \"redirect\" tells whether the error may travel to a proven redirect URI.\n\n"
      "| code | status | redirect | meaning | source |\n|---|---|---|---|---|\n";
  for (const ErrorTraits& row : all_error_traits()) {
    text += fmt::format("| `{}` | {} | {} | {} | {} |\n", row.name, row.status, row.redirectable ? "yes" : "no",
                        row.meaning, row.spec);
  }
  return text;
}

TEST(ErrorsReference, DocumentationIsMadeFromTheTable) {
  const std::string path = SIGMA_SOURCE_DIR "/docs/reference/errors.md";
  if (std::getenv("SIGMA_TEST_UPDATE")) std::ofstream(path) << reference();
  std::ifstream file(path);
  std::stringstream text;
  text << file.rdbuf();
  EXPECT_EQ(text.str(), reference()) << "docs/reference/errors.md is out of date";
}

TEST(Errors, DescriptionsHaveOnlyTheCharactersOfRfc6749) {
  const Error quoting{ErrorCode::invalid_request,
                      "The parameter a\"b\\c\r\n\x7f\xc2\xa7\xf0\x9f\x98\x80 appears twice."};
  EXPECT_EQ(quoting.description(), "The parameter a'b/c  ??? appears twice.");
  const auto is_allowed = [](char c) { return c >= 0x20 && c <= 0x7E && c != '"' && c != '\\'; };
  for (const ErrorTraits& row : all_error_traits()) EXPECT_TRUE(std::ranges::all_of(row.name, is_allowed)) << row.name;
}

TEST(Errors, OnlyOurOwnFaultsAreOutages) {
  EXPECT_EQ(Error(core::Error(core::Code::unavailable, "x")).status(), 503);
  EXPECT_EQ(Error(core::Error(core::Code::overloaded, "x")).status(), 503);
  EXPECT_EQ(Error(core::Error(core::Code::internal, "x")).status(), 500);
  // What broke is for the log, not for the caller.
  EXPECT_EQ(Error(core::Error(core::Code::internal, "secret detail")).description().find("secret"), std::string::npos);
  for (const ErrorTraits& row : all_error_traits()) {
    EXPECT_GE(row.status, 400) << row.name;
    EXPECT_FALSE(row.meaning.empty()) << row.name;
  }
}

}  // namespace
}  // namespace sigma::oauth
