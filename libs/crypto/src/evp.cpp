#include "evp.hpp"

#include <cstdio>
#include <cstdlib>

namespace sigma::crypto {

void die(const char* what) {
  std::fprintf(stderr, "fatal: %s: %s\n", what, take_openssl_error().c_str());
  std::abort();
}

std::string take_openssl_error() {
  const unsigned long code = ERR_get_error();
  ERR_clear_error();
  if (code == 0) return "no reason given";
  std::array<char, 256> text{};
  ERR_error_string_n(code, text.data(), text.size());
  return text.data();
}

core::Error openssl_failure(std::string_view what) {
  return {core::Code::internal, "A cryptographic operation failed.", std::string(what) + ": " + take_openssl_error()};
}

}  // namespace sigma::crypto
