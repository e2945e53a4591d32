#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <set>
#include <sstream>

#include "sigma/oauth/audit/audit.hpp"

namespace sigma::oauth {
namespace {

std::string reference() {
  std::string text =
      "# Audit events\n\n"
      "Made from the table in `libs/oauth/src/audit/audit.cpp`; run `SIGMA_TEST_UPDATE=1 build/release/bin/oauth_unit` "
      "after a change.\n"
      "How to read and verify them: [audit.md](../how-to/audit.md).\n\n"
      "| type | what happened |\n|---|---|\n";
  for (const AuditTraits& row : all_audit_traits()) text += fmt::format("| `{}` | {} |\n", row.name, row.meaning);
  return text;
}

TEST(AuditReference, DocumentationIsMadeFromTheTable) {
  const std::string path = SIGMA_SOURCE_DIR "/docs/reference/audit-events.md";
  if (std::getenv("SIGMA_TEST_UPDATE")) std::ofstream(path) << reference();
  std::ifstream file(path);
  std::stringstream text;
  text << file.rdbuf();
  EXPECT_EQ(text.str(), reference()) << "docs/reference/audit-events.md is out of date";
}

TEST(AuditReference, EveryTypeHasANameOfItsOwn) {
  std::set<std::string_view> names;
  for (const AuditTraits& row : all_audit_traits()) {
    EXPECT_EQ(&traits(row.type), &row);
    EXPECT_TRUE(names.insert(row.name).second) << row.name;
  }
  EXPECT_EQ(names.size(), static_cast<std::size_t>(AuditType::log_closed) + 1);
}

}  // namespace
}  // namespace sigma::oauth
