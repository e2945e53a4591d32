// The parsers that read from outside, each as a function over arbitrary bytes. A target ends the process when a promise
// is broken; whatever else happens, refusing is fine.
#pragma once
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <map>
#include <string>
#include <string_view>

namespace sigma::fuzz {

using Target = void (*)(std::string_view input);

/// Every target by its name.
std::map<std::string, Target>& targets();

struct Register {
  Register(const char* name, Target target) { targets()[name] = target; }
};

/// How often a target came to something that it accepts or promises: seeds which are all refused test nothing.
inline int reached_count = 0;
inline void reached() {
  ++reached_count;
}

/// Ends the process, for the fuzzer to notice, unless `kept`.
inline void promise(bool kept, const char* what) {
  reached();
  if (kept) return;
  std::fprintf(stderr, "broken promise: %s\n", what);
  std::abort();
}

}  // namespace sigma::fuzz

/// SIGMA_FUZZ(form) { … input … }
#define SIGMA_FUZZ(name)                                                    \
  static void fuzz_##name(std::string_view input);                          \
  static const ::sigma::fuzz::Register register_##name(#name, fuzz_##name); \
  static void fuzz_##name([[maybe_unused]] std::string_view input)
