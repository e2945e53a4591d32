#include <gtest/gtest.h>

#include <set>

#include "openapi/public_api.hpp"
#include "sigma/core/encoding.hpp"

namespace sigma::service {
namespace {

http::Route route_of(const std::string& operation) {
  http::Route route;
  const std::string method = operation.substr(0, operation.find(' '));
  for (const auto known :
       {http::Method::get, http::Method::post, http::Method::put, http::Method::patch, http::Method::del})
    if (http::to_string(known) == method) route.method = known;
  route.path = operation.substr(operation.find(' ') + 1);
  route.options.summary = "Does it";
  return route;
}

std::set<std::string> references_in(const core::Json& json) {
  std::set<std::string> all;
  for (const auto& [name, member] : json.items()) {
    if (name == "$ref") all.insert(member.get<std::string>());
    if (member.is_structured()) all.merge(references_in(member));
  }
  return all;
}

TEST(PublicOperations, EachBecomesACallWhoseSchemasExist) {
  const core::Json operations = public_operations();
  std::vector<http::Route> routes;
  for (const auto& [operation, shape] : operations.items()) routes.push_back(route_of(operation));
  const core::Json document = describe_public_api(routes, "https://auth.example.com");
  for (const http::Route& route : routes) {
    const std::string method = core::to_lower_ascii(http::to_string(route.method));
    EXPECT_TRUE(document["paths"][route.path].contains(method)) << route.path;
  }
  for (const std::string& reference : references_in(document))
    EXPECT_TRUE(document.contains(core::Json::json_pointer(reference.substr(1)))) << reference;
}

TEST(PublicOperations, RoutesThatAreNoCallOfTheApiAreLeftOut) {
  const core::Json document = describe_public_api(std::vector{route_of("GET /login")}, "https://auth.example.com");
  EXPECT_TRUE(document["paths"].empty());
}

// A table that no route reads is wrong: the document would be without what it says.
TEST(PublicOperations, HaveNoTypingMistakeInTheirMembers) {
  const std::set<std::string> known{"who", "query", "json", "form", "either", "ok", "errors", "same", "body_optional"};
  const std::set<std::string> kinds{"api", "oauth", "page", "not_found"};
  for (const auto& [operation, shape] : public_operations().items()) {
    for (const auto& [member, value] : shape.items()) EXPECT_TRUE(known.contains(member)) << operation << " " << member;
    EXPECT_TRUE(kinds.contains(shape.value("errors", "api"))) << operation;
    EXPECT_TRUE(shape.contains("same") != shape.contains("ok")) << operation;
  }
}

}  // namespace
}  // namespace sigma::service
