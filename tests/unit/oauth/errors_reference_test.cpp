#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <regex>
#include <set>
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
      "fix the request; \"redirect\" tells whether the error may travel to a proven redirect URI. \"Sigma contract\" "
      "is "
      "[docs/spec](../spec/sigma-contract.md).\n\n"
      "| code | status | redirect | meaning | source |\n|---|---|---|---|---|\n";
  for (const ErrorTraits& row : all_error_traits()) {
    text += fmt::format("| `{}` | {} | {} | {} | {} |\n", row.name, row.status, row.redirectable ? "yes" : "no",
                        row.meaning, row.spec);
  }
  return text;
}

std::string text_of(const std::filesystem::path& path) {
  std::ifstream file(path);
  std::stringstream text;
  text << file.rdbuf();
  return text.str();
}

TEST(ErrorsReference, DocumentationIsMadeFromTheTable) {
  const std::string path = SIGMA_SOURCE_DIR "/docs/reference/errors.md";
  if (std::getenv("SIGMA_TEST_UPDATE")) std::ofstream(path) << reference();
  EXPECT_EQ(text_of(path), reference()) << "docs/reference/errors.md is out of date";
}

TEST(ErrorsReference, NamesNoErrorThatNobodyCanGet) {
  const std::filesystem::path root = SIGMA_SOURCE_DIR;
  const auto table = root / "libs/oauth/src/error.cpp";
  std::string sources;
  for (const char* folder : {"libs", "services"}) {
    for (const auto& entry : std::filesystem::recursive_directory_iterator(root / folder)) {
      const auto extension = entry.path().extension();
      if (extension != ".cpp" && extension != ".hpp") continue;
      if (entry.path() != table) sources += text_of(entry.path());
    }
  }
  std::set<std::string> named;
  static const std::regex kUse("ErrorCode::([a-z_]+)");
  for (std::sregex_iterator use(sources.begin(), sources.end(), kUse), end; use != end; ++use) named.insert((*use)[1]);
  const std::string declared = text_of(root / "libs/oauth/include/sigma/oauth/error.hpp");
  const auto begin = declared.find("enum class ErrorCode {"), end = declared.find("};", begin);
  ASSERT_NE(end, std::string::npos);
  const std::string codes = declared.substr(begin, end - begin);
  static const std::regex kCode("\n  ([a-z_]+),");
  std::size_t count = 0;
  for (std::sregex_iterator code(codes.begin(), codes.end(), kCode), last; code != last; ++code, ++count)
    EXPECT_TRUE(named.contains((*code)[1])) << (*code)[1] << " is in the table, and nothing answers it";
  EXPECT_EQ(count, all_error_traits().size());
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
