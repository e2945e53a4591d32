#include <benchmark/benchmark.h>

#include "sigma/core/json.hpp"
#include "sigma/http/form.hpp"
#include "sigma/http/router.hpp"

namespace sigma::bench {
namespace {

void form_parse(benchmark::State& state) {
  constexpr std::string_view body =
      "grant_type=authorization_code&code=8dN2xO5cQzYwVtKp1LrB6mHsJ4fUaE9gC3iXnRq7T0k&"
      "redirect_uri=https%3A%2F%2Fapp.example.com%2Fauth%2Fsigma%2Fcallback&client_id=my-app&"
      "code_verifier=dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
  for (auto _ : state) benchmark::DoNotOptimize(http::Form::parse(body).value());
}
BENCHMARK(form_parse);

void json_parse(benchmark::State& state) {
  constexpr std::string_view text =
      R"({"client_id":"my-app","client_name":"My app","redirect_uris":["https://app.example.com/auth/sigma/callback"],)"
      R"("grant_types":["authorization_code","refresh_token"],"token_endpoint_auth_method":"x_auth_token",)"
      R"("member_pubkeys":["02b4632d08485ff1df2db55b9dafd23347d1c47a457072a1e87be26896549a8737"],"skip_consent":true})";
  for (auto _ : state) benchmark::DoNotOptimize(core::parse_json(text).value());
}
BENCHMARK(json_parse);

http::Router service_sized_router() {
  std::vector<http::Route> routes;
  const http::Handler none = [](http::Request) -> core::Task<http::Response> { co_return http::Response{}; };
  for (int i = 0; i < 80; ++i) {
    routes.push_back({http::Method::get, fmt::format("/api/auth/area{}/endpoint{}", i % 8, i), none, {}});
  }
  routes.push_back({http::Method::post, "/api/auth/oauth2/token", none, {}});
  routes.push_back({http::Method::get, "/admin/clients/{id}", none, {}});
  return http::Router(std::move(routes));
}

void router_find(benchmark::State& state, std::string_view path, http::Method method) {
  const auto router = service_sized_router();
  for (auto _ : state) benchmark::DoNotOptimize(router.find(method, path));
}
BENCHMARK_CAPTURE(router_find, plain, "/api/auth/oauth2/token", http::Method::post);
BENCHMARK_CAPTURE(router_find, with_parameter, "/admin/clients/my-app", http::Method::get);
BENCHMARK_CAPTURE(router_find, unknown, "/api/auth/oauth2/nowhere", http::Method::get);

}  // namespace
}  // namespace sigma::bench
