// Security case 26: does the time of a refusal tell where a secret is wrong, or that there is no such client? Welch's
// t-test over 100,000 samples of each kind, taken in random turns; |t| below 4.5 means that nothing is seen. The clock
// itself moves in steps of some 20 ns, so that a busy machine shows a t without a difference worth a nanosecond.
#include <benchmark/benchmark.h>

#include <algorithm>
#include <chrono>
#include <cmath>

#include "sigma/core/encoding.hpp"
#include "sigma/core/testing/fixed.hpp"
#include "sigma/oauth/client_auth/client_secret.hpp"
#include "sigma/oauth/tokens/secret.hpp"

namespace sigma::bench {
namespace {

constexpr std::size_t kSamples = 100'000;

struct Moments {
  double mean = 0;
  double variance = 0;
};

// Without the slowest tenth, which is what else the machine did.
Moments moments(std::vector<double>& times) {
  std::sort(times.begin(), times.end());
  times.resize(times.size() - times.size() / 10);
  Moments result;
  for (const double time : times) result.mean += time / static_cast<double>(times.size());
  for (const double time : times)
    result.variance += (time - result.mean) * (time - result.mean) / static_cast<double>(times.size() - 1);
  return result;
}

struct Input {
  const std::vector<store::ClientSecret>& known;
  std::string given;
};

// One piece of code for both kinds: what differs is the input alone.
void compare(const std::array<Input, 2>& inputs, benchmark::State& state) {
  core::testing::SeededRandom random;
  const std::string turns = random.bytes(2 * kSamples);
  std::array<std::vector<double>, 2> times;
  for (const char turn : turns) {
    const std::size_t kind = static_cast<unsigned char>(turn) & 1;
    const Input& input = inputs[kind];
    const auto from = std::chrono::steady_clock::now();
    benchmark::DoNotOptimize(oauth::secret_matches(input.known, input.given, {}));
    const auto to = std::chrono::steady_clock::now();
    times[kind].push_back(std::chrono::duration<double, std::nano>(to - from).count());
  }
  const Moments a = moments(times[0]);
  const Moments b = moments(times[1]);
  const std::array sizes{static_cast<double>(times[0].size()), static_cast<double>(times[1].size())};
  state.counters["difference_ns"] = a.mean - b.mean;
  state.counters["welch_t"] = (a.mean - b.mean) / std::sqrt(a.variance / sizes[0] + b.variance / sizes[1]);
}

struct Secrets {
  core::testing::SeededRandom random;
  std::string right = random.text(43, core::kLettersAndDigits);
  std::vector<store::ClientSecret> known = {{oauth::hash_secret(right), {}, {}}};
  std::string with_another(std::size_t at) const {
    std::string wrong = right;
    wrong[at] = static_cast<char>(wrong[at] ^ 1);
    return wrong;
  }
};

void client_secret_first_or_last_byte(benchmark::State& state) {
  const Secrets secrets;
  const std::array inputs{Input{secrets.known, secrets.with_another(0)},
                          Input{secrets.known, secrets.with_another(42)}};
  for (auto _ : state) compare(inputs, state);
}
BENCHMARK(client_secret_first_or_last_byte)->Iterations(1)->Unit(benchmark::kMillisecond);

void client_secret_or_unknown_client(benchmark::State& state) {
  const Secrets secrets;
  const std::string wrong = secrets.with_another(0);
  const std::array inputs{Input{secrets.known, wrong}, Input{oauth::secrets_of_nobody(), wrong}};
  for (auto _ : state) compare(inputs, state);
}
BENCHMARK(client_secret_or_unknown_client)->Iterations(1)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace sigma::bench
