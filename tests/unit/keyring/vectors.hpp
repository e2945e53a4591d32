#pragma once
#include <gtest/gtest.h>

#include <fstream>
#include <nlohmann/json.hpp>
#include <string>

#include "sigma/bitcoin/keys.hpp"
#include "sigma/core/encoding.hpp"

namespace sigma::keyring::testing {

using nlohmann::json;

inline json load(const std::string& name) {
  std::ifstream file(std::string(SIGMA_VECTORS_DIR) + "/tokenpass/" + name);
  EXPECT_TRUE(file.is_open()) << name;
  return json::parse(file);
}
/// A list of a vector file, by value: a loop over a part of a temporary would see nothing.
inline json rows(const std::string& name, const char* list) {
  const json rows = load(name).at(list);
  EXPECT_FALSE(rows.empty()) << list;
  return rows;
}
inline std::string text(const json& object, const char* name) {
  return object.at(name).get<std::string>();
}
inline bitcoin::PrivateKey wif(const json& object, const char* name) {
  return bitcoin::PrivateKey::from_wif(text(object, name)).value();
}

}  // namespace sigma::keyring::testing
