#include "sigma/http/router.hpp"

#include <gtest/gtest.h>

#include <stdexcept>

namespace sigma::http {
namespace {

Route route(Method method, std::string path) {
  return {method, std::move(path), {}, {}};
}

class Routing : public ::testing::Test {
 protected:
  Router router_{{route(Method::get, "/"), route(Method::get, "/clients"), route(Method::post, "/clients/"),
                  route(Method::get, "/clients/{id}"), route(Method::del, "/clients/{id}"),
                  route(Method::get, "/clients/new"), route(Method::post, "/clients/{id}/keys"),
                  route(Method::del, "/clients/{id}/keys/{pubkey}"), route(Method::get, "/{area}/about"),
                  route(Method::head, "/probe"), route(Method::get, "/probe")}};

  std::string found(Method method, std::string_view path) {
    const auto match = router_.find(method, path);
    return match.route ? std::string(to_string(match.route->method)) + " " + match.route->path : "";
  }
};

TEST_F(Routing, Finds) {
  EXPECT_EQ(found(Method::get, "/"), "GET /");
  EXPECT_EQ(found(Method::get, "/clients"), "GET /clients");
  EXPECT_EQ(found(Method::get, "/clients/"), "GET /clients");
  EXPECT_EQ(found(Method::post, "/clients"), "POST /clients/");
  EXPECT_EQ(found(Method::get, "/clients/new"), "GET /clients/new");
  EXPECT_EQ(found(Method::get, "/clients/abc"), "GET /clients/{id}");
  EXPECT_EQ(found(Method::del, "/clients/abc"), "DELETE /clients/{id}");
  EXPECT_EQ(found(Method::post, "/clients/abc/keys/"), "POST /clients/{id}/keys");
  EXPECT_EQ(found(Method::get, "/users/about"), "GET /{area}/about");
  EXPECT_EQ(found(Method::get, "/clients/about"), "GET /clients/{id}") << "the earlier literal wins";
  EXPECT_EQ(found(Method::head, "/clients"), "GET /clients");
  EXPECT_EQ(found(Method::head, "/probe"), "HEAD /probe");
}

TEST_F(Routing, KnowsWhatItDoesNotHave) {
  for (const std::string_view path :
       {"", "clients", "/clients//", "/clients/abc/keys/x/y", "/Clients", "/clients/%zz", "/clients/a%00", "*"}) {
    EXPECT_EQ(router_.find(Method::get, path).any_method, nullptr) << path;
  }
}

TEST_F(Routing, TellsWhichMethodsThePathHas) {
  const auto match = router_.find(Method::put, "/clients/abc");
  EXPECT_EQ(match.route, nullptr);
  ASSERT_NE(match.any_method, nullptr);
  EXPECT_EQ(match.any_method->path, "/clients/{id}");
  EXPECT_EQ(match.allowed_methods, (std::vector{Method::get, Method::head, Method::del, Method::options}));
  EXPECT_EQ(router_.find(Method::other, "/clients").allowed_methods,
            (std::vector{Method::get, Method::head, Method::post, Method::options}));
  EXPECT_TRUE(router_.find(Method::get, "/clients").allowed_methods.empty());
}

TEST_F(Routing, DecodesParameters) {
  const auto parameters = router_.find(Method::del, "/clients/a%2Fb+c/keys/02%41").path_parameters;
  EXPECT_EQ(parameters, (std::vector<std::pair<std::string, std::string>>{{"id", "a/b+c"}, {"pubkey", "02A"}}));
}

TEST(Router, RefusesRoutesThatContradict) {
  const auto build = [](std::vector<Route> routes) { Router{std::move(routes)}; };
  EXPECT_THROW(build({route(Method::get, "/a"), route(Method::get, "/a/")}), std::logic_error);
  EXPECT_THROW(build({route(Method::get, "/a/{x}"), route(Method::get, "/a/{x}")}), std::logic_error);
  EXPECT_THROW(build({route(Method::get, "/a/{x}"), route(Method::post, "/a/{y}")}), std::logic_error);
  EXPECT_THROW(build({route(Method::get, "a")}), std::logic_error);
  EXPECT_NO_THROW(build({route(Method::get, "/a/{x}"), route(Method::get, "/a/b"), route(Method::get, "/{x}/b")}));
}

}  // namespace
}  // namespace sigma::http
