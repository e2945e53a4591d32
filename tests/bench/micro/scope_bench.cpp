// Security case 18: a scope of 50 KB has to be refused before it costs anything (5 ms would be much).
#include <benchmark/benchmark.h>

#include "sigma/oauth/scope.hpp"

namespace sigma::bench {
namespace {

void scope_of_50_kb(benchmark::State& state) {
  std::string scope;
  while (scope.size() < 50'000) scope += "openid ";
  for (auto _ : state) benchmark::DoNotOptimize(oauth::parse_scopes(scope));
}
BENCHMARK(scope_of_50_kb);

}  // namespace
}  // namespace sigma::bench
