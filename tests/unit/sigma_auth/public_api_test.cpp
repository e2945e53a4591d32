// What each endpoint says of itself becomes a document without holes.
#include <gtest/gtest.h>

#include <map>
#include <set>

#include "openapi/public_api.hpp"

namespace sigma::service {
namespace {

std::set<std::string> references_in(const core::Json& json) {
  std::set<std::string> all;
  for (const auto& [name, member] : json.items()) {
    if (name == "$ref") all.insert(member.get<std::string>());
    if (member.is_structured()) all.merge(references_in(member));
  }
  return all;
}

TEST(PublicApi, WhatItsDocumentNamesIsInIt) {
  const core::Json document = describe_public_api(public_calls(), "https://auth.example.com");
  for (const std::string& reference : references_in(document))
    EXPECT_TRUE(document.contains(core::Json::json_pointer(reference.substr(1)))) << reference;
}

// A member that nobody reads is wrong: the document would be without what it says.
TEST(PublicApi, EndpointsHaveNoTypingMistakeInTheirMembers) {
  const std::set<std::string> known{"who", "query", "json", "form", "either", "ok", "errors", "body_optional"};
  const std::set<std::string> kinds{"api", "oauth", "page", "not_found"};
  for (const PublicCall& call : public_calls()) {
    const core::Json operation = core::Json::parse(call.endpoint->operation);
    for (const auto& [member, value] : operation.items())
      EXPECT_TRUE(known.contains(member)) << call.path << " " << member;
    EXPECT_TRUE(kinds.contains(operation.value("errors", "api"))) << call.path;
    EXPECT_TRUE(operation.contains("ok")) << call.path;
  }
}

// All schemas end in one list: of two of one name, one would be lost.
TEST(PublicApi, NoTwoFilesGiveDifferentSchemasOneName) {
  std::map<std::string, core::Json> seen;
  const core::Json shared = shared_schemas();
  for (const auto& [name, schema] : shared.items()) seen.emplace(name, schema);
  for (const PublicCall& call : public_calls()) {
    const core::Json schemas = core::Json::parse(call.endpoint->schemas);
    for (const auto& [name, schema] : schemas.items())
      EXPECT_EQ(seen.emplace(name, schema).first->second, schema) << name;
  }
}

}  // namespace
}  // namespace sigma::service
