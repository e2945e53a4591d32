#include <benchmark/benchmark.h>

#include "sigma/core/encoding.hpp"
#include "sigma/core/testing/fixed.hpp"
#include "sigma/crypto/digest.hpp"
#include "sigma/crypto/random.hpp"

namespace sigma::bench {
namespace {

void sha256(benchmark::State& state) {
  const std::string data(static_cast<std::size_t>(state.range(0)), 'x');
  for (auto _ : state) benchmark::DoNotOptimize(crypto::sha256(data));
  state.SetBytesProcessed(static_cast<std::int64_t>(state.iterations()) * state.range(0));
}
BENCHMARK(sha256)->Arg(64)->Arg(1024)->Arg(16 * 1024);

void hmac_sha256(benchmark::State& state) {
  const std::string key(32, 'k');
  const std::string data(64, 'x');
  for (auto _ : state) benchmark::DoNotOptimize(crypto::hmac_sha256(key, data));
}
BENCHMARK(hmac_sha256);

/// What the store looks an access token up by (43 characters).
void opaque_token_hash(benchmark::State& state) {
  core::testing::SeededRandom random;
  const auto token = random.text(43, core::kLettersAndDigits);
  for (auto _ : state) benchmark::DoNotOptimize(crypto::sha256(token));
}
BENCHMARK(opaque_token_hash);

void opaque_token_make(benchmark::State& state) {
  crypto::SystemRandom random;
  for (auto _ : state) benchmark::DoNotOptimize(random.text(43, core::kLettersAndDigits));
}
BENCHMARK(opaque_token_make);

void base64url(benchmark::State& state) {
  const std::string data(256, 'x');
  for (auto _ : state) benchmark::DoNotOptimize(core::base64url_encode(data));
}
BENCHMARK(base64url);

}  // namespace
}  // namespace sigma::bench
