// libFuzzer's entry: SIGMA_FUZZ_TARGET names the target.
#include "targets.hpp"

namespace {
sigma::fuzz::Target chosen = nullptr;
}

extern "C" int LLVMFuzzerInitialize(int*, char***) {
  const char* name = std::getenv("SIGMA_FUZZ_TARGET");
  const auto found = sigma::fuzz::targets().find(name ? name : "");
  if (found == sigma::fuzz::targets().end()) {
    std::fprintf(stderr, "SIGMA_FUZZ_TARGET must be one of:");
    for (const auto& [known, target] : sigma::fuzz::targets()) std::fprintf(stderr, " %s", known.c_str());
    std::fprintf(stderr, "\n");
    std::exit(2);
  }
  chosen = found->second;
  return 0;
}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  chosen({reinterpret_cast<const char*>(data), size});
  return 0;
}
