// The corpus as ordinary tests: every seed as it is, cut short, and changed a little, so that a parser which breaks is
// noticed without a fuzzer. What fuzzing once found stays in the corpus.
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <random>
#include <set>
#include <vector>

#include "targets.hpp"

namespace sigma::fuzz {
namespace {

std::vector<std::string> seeds_of(const std::string& name) {
  std::set<std::filesystem::path> paths;  // in one order on every machine, which decides what is changed how
  for (const auto& entry :
       std::filesystem::directory_iterator(std::string(SIGMA_SOURCE_DIR "/tests/fuzz/corpus/") + name)) {
    paths.insert(entry.path());
  }
  std::vector<std::string> seeds;
  for (const std::filesystem::path& path : paths) {
    std::ifstream file(path, std::ios::binary);
    seeds.emplace_back(std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>());
  }
  return seeds;
}

class Corpus : public ::testing::TestWithParam<std::string> {
 protected:
  const Target target = targets().at(GetParam());
  const std::vector<std::string> seeds = seeds_of(GetParam());
};

TEST_P(Corpus, IsThereAndIsRead) {
  ASSERT_FALSE(seeds.empty()) << "tests/fuzz/corpus/" << GetParam() << " holds no seed";
  const int before = reached_count;
  for (const std::string& seed : seeds) target(seed);
  EXPECT_GT(reached_count, before) << "every seed is refused before anything is promised";
}

TEST_P(Corpus, CutShort) {
  for (const std::string& seed : seeds) {
    const std::size_t step = std::max<std::size_t>(1, seed.size() / 64);
    for (std::size_t size = 0; size < seed.size(); size += step) target(std::string_view(seed).substr(0, size));
  }
}

TEST_P(Corpus, ChangedALittle) {
  constexpr std::string_view kTelling("\0\n\r\"\\%&=;,.:/|{}[]0\x7f\x80\xff", 23);
  std::minstd_rand random(1);
  for (const std::string& seed : seeds) {
    for (int round = 0; round < 50 && !seed.empty(); ++round) {
      std::string changed = seed;
      for (int change = 0; change < 1 + round % 3; ++change) {
        const std::size_t at = random() % changed.size();
        if (round % 5 == 4) changed.insert(at, changed.substr(random() % changed.size(), 16));
        changed[at] = kTelling[random() % kTelling.size()];
      }
      target(changed);
    }
  }
}

std::vector<std::string> names() {
  std::vector<std::string> all;
  for (const auto& [name, target] : targets()) all.push_back(name);
  return all;
}

INSTANTIATE_TEST_SUITE_P(Targets, Corpus, ::testing::ValuesIn(names()), [](const auto& info) { return info.param; });

}  // namespace
}  // namespace sigma::fuzz
