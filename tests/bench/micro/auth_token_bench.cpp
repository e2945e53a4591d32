#include <benchmark/benchmark.h>

#include "sigma/bitcoin/auth_token.hpp"
#include "sigma/core/testing/fixed.hpp"

namespace sigma::bench {
namespace {

constexpr std::string_view kPath = "/api/auth/oauth2/token";
constexpr std::string_view kBody =
    "grant_type=authorization_code&code=8dN2xO5cQzYwVtKp1LrB6mHsJ4fUaE9gC3iXnRq7T0k&"
    "redirect_uri=https%3A%2F%2Fapp.example.com%2Fauth%2Fsigma%2Fcallback&client_id=my-app&"
    "code_verifier=dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";

struct Setting {
  core::testing::SeededRandom random;
  core::testing::FixedClock clock;
  bitcoin::PrivateKey key = bitcoin::PrivateKey::generate(random);
  bitcoin::PublicKey pubkey = key.public_key();

  std::string token(bitcoin::AuthScheme scheme) {
    return bitcoin::make_auth_token(key, scheme, kPath, kBody, clock.now(), random).value();
  }
};

/// As the token endpoint does it: the client's key is known and parsed.
void verify_auth_token(benchmark::State& state, bitcoin::AuthScheme scheme) {
  Setting setting;
  const auto token = setting.token(scheme);
  bitcoin::AuthTokenExpectation expectation{.paths = {kPath}, .bodies = {kBody}, .now = setting.clock.now()};
  expectation.known_key = &setting.pubkey;
  for (auto _ : state) {
    const auto verified = bitcoin::verify_auth_token(token, expectation);
    if (!verified) state.SkipWithError(verified.error().description.c_str());
    benchmark::DoNotOptimize(verified);
  }
  state.SetItemsProcessed(static_cast<std::int64_t>(state.iterations()));
}
BENCHMARK_CAPTURE(verify_auth_token, bsm, bitcoin::AuthScheme::bsm);
BENCHMARK_CAPTURE(verify_auth_token, brc77, bitcoin::AuthScheme::brc77);

void make_auth_token(benchmark::State& state, bitcoin::AuthScheme scheme) {
  Setting setting;
  for (auto _ : state) benchmark::DoNotOptimize(setting.token(scheme));
  state.SetItemsProcessed(static_cast<std::int64_t>(state.iterations()));
}
BENCHMARK_CAPTURE(make_auth_token, bsm, bitcoin::AuthScheme::bsm);
BENCHMARK_CAPTURE(make_auth_token, brc77, bitcoin::AuthScheme::brc77);

}  // namespace
}  // namespace sigma::bench
