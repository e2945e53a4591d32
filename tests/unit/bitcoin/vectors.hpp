#pragma once
#include <gtest/gtest.h>

#include <fstream>
#include <nlohmann/json.hpp>
#include <string>

#include "sigma/bitcoin/keys.hpp"
#include "sigma/core/encoding.hpp"
#include "sigma/core/random.hpp"

namespace sigma::bitcoin::testing {

using nlohmann::json;

inline json load(const std::string& name) {
  std::ifstream file(std::string(SIGMA_VECTORS_DIR) + "/" + name);
  EXPECT_TRUE(file.is_open()) << name;
  return json::parse(file);
}

inline std::string text(const json& object, const char* name) {
  return object.at(name).get<std::string>();
}
inline std::string unhex(std::string_view hex) {
  return core::hex_decode(hex).value();
}
inline std::string unbase64(std::string_view base64) {
  return core::base64_decode(base64).value();
}
inline std::string hex(const Hash256& hash) {
  return core::hex_encode(crypto::view(hash));
}

inline PrivateKey wif(const json& object, const char* name = "wif") {
  return PrivateKey::from_wif(text(object, name)).value();
}
inline PublicKey pub(const json& object, const char* name) {
  return PublicKey::from_hex(text(object, name)).value();
}

/// Hands out given bytes.
class ScriptedRandom final : public core::Random {
 public:
  explicit ScriptedRandom(std::string bytes) : bytes_(std::move(bytes)) {}
  void fill(std::span<std::uint8_t> out) override {
    ASSERT_LE(out.size(), bytes_.size());
    std::copy_n(bytes_.begin(), out.size(), out.begin());
    bytes_.erase(0, out.size());
  }

 private:
  std::string bytes_;
};

}  // namespace sigma::bitcoin::testing
