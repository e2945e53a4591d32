// Security case 26: does the time of a refusal tell where a secret is wrong, or that there is no such client? Welch's
// t-test over 100,000 samples of each kind, taken in turns in random order; |t| below 4.5 means that nothing is seen.
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

template <class One, class Other>
double welch_t(const One& one, const Other& other) {
  core::testing::SeededRandom random;
  std::array<std::vector<double>, 2> times;
  for (std::size_t i = 0; i < 2 * kSamples; ++i) {
    const bool second = (static_cast<unsigned char>(random.bytes(1)[0]) & 1) != 0;
    const auto from = std::chrono::steady_clock::now();
    if (second)
      other();
    else
      one();
    const auto to = std::chrono::steady_clock::now();
    times[second].push_back(std::chrono::duration<double, std::nano>(to - from).count());
  }
  const std::array sizes{static_cast<double>(times[0].size()), static_cast<double>(times[1].size())};
  const Moments a = moments(times[0]);
  const Moments b = moments(times[1]);
  return (a.mean - b.mean) / std::sqrt(a.variance / sizes[0] + b.variance / sizes[1]);
}

struct Secrets {
  core::testing::SeededRandom random;
  std::string right = random.text(43, core::kLettersAndDigits);
  std::vector<store::ClientSecret> known = {{oauth::hash_secret(right), {}, {}}};
  core::UtcTime now{};
  std::string with_another(std::size_t at) const {
    std::string wrong = right;
    wrong[at] = static_cast<char>(wrong[at] ^ 1);
    return wrong;
  }
};

void client_secret_first_or_last_byte(benchmark::State& state) {
  const Secrets secrets;
  const std::string first = secrets.with_another(0);
  const std::string last = secrets.with_another(secrets.right.size() - 1);
  const auto refuse = [&](const std::string& wrong) {
    return [&] { benchmark::DoNotOptimize(oauth::secret_matches(secrets.known, wrong, secrets.now)); };
  };
  for (auto _ : state) state.counters["welch_t"] = welch_t(refuse(first), refuse(last));
}
BENCHMARK(client_secret_first_or_last_byte)->Iterations(1)->Unit(benchmark::kMillisecond);

void client_secret_or_unknown_client(benchmark::State& state) {
  const Secrets secrets;
  const std::string wrong = secrets.with_another(0);
  const auto known = [&] { benchmark::DoNotOptimize(oauth::secret_matches(secrets.known, wrong, secrets.now)); };
  const auto unknown = [&] { oauth::secret_matches_nobody(wrong, secrets.now); };
  for (auto _ : state) state.counters["welch_t"] = welch_t(known, unknown);
}
BENCHMARK(client_secret_or_unknown_client)->Iterations(1)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace sigma::bench
