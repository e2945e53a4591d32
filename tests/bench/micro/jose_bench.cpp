#include <benchmark/benchmark.h>

#include "sigma/core/testing/fixed.hpp"
#include "sigma/jose/jwt.hpp"
#include "sigma/jose/keys.hpp"

namespace sigma::bench {
namespace {

core::Json id_token_claims() {
  return {{"iss", "https://auth.example.com/api/auth"},
          {"sub", "0197a3c4-5d6e-7f80-9123-456789abcdef"},
          {"aud", "my-app"},
          {"exp", 1'770'003'600},
          {"iat", 1'770'000'000},
          {"auth_time", 1'769'999'990},
          {"at_hash", "77QmUPtjPfzWtF2AnpK9RQ"},
          {"pubkey", "02b4632d08485ff1df2db55b9dafd23347d1c47a457072a1e87be26896549a8737"},
          {"bap_id", "GAVEjmcQCjpZmqFFCQd9Kv4Zk3d"},
          {"name", "Somebody"}};
}

std::shared_ptr<const jose::SigningKey> new_key(jose::Algorithm algorithm) {
  core::testing::SeededRandom random;
  return jose::SigningKey::generate(algorithm, random).value();
}

void sign_jwt(benchmark::State& state, jose::Algorithm algorithm) {
  const auto key = new_key(algorithm);
  const auto claims = id_token_claims();
  for (auto _ : state) benchmark::DoNotOptimize(jose::sign_jwt(*key, "JWT", claims).value());
  state.SetItemsProcessed(static_cast<std::int64_t>(state.iterations()));
}

void verify_jwt(benchmark::State& state, jose::Algorithm algorithm) {
  const auto key = new_key(algorithm);
  const auto token = jose::sign_jwt(*key, "JWT", id_token_claims()).value();
  const auto public_key = jose::VerificationKey::from_jwk(key->public_jwk()).value();
  const jose::KeyFinder finder = [&public_key](const auto&, auto) { return public_key; };
  const jose::VerifyOptions options{.algorithms = {algorithm}, .types = {"JWT"}};
  for (auto _ : state) benchmark::DoNotOptimize(jose::verify_jwt(token, finder, options).value());
  state.SetItemsProcessed(static_cast<std::int64_t>(state.iterations()));
}

#define SIGMA_BENCH_ALGORITHM(name)                         \
  BENCHMARK_CAPTURE(sign_jwt, name, jose::Algorithm::name); \
  BENCHMARK_CAPTURE(verify_jwt, name, jose::Algorithm::name)
SIGMA_BENCH_ALGORITHM(RS256);
SIGMA_BENCH_ALGORITHM(ES256);
SIGMA_BENCH_ALGORITHM(EdDSA);
SIGMA_BENCH_ALGORITHM(ES256K);

}  // namespace
}  // namespace sigma::bench
