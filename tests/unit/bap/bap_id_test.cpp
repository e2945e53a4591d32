#include "sigma/bap/bap_id.hpp"

#include <gtest/gtest.h>

#include <fstream>

#include "sigma/bitcoin/brc42.hpp"

namespace sigma::bap {
namespace {

using bitcoin::PrivateKey;
using nlohmann::json;

json load(const std::string& name) {
  std::ifstream file(std::string(SIGMA_VECTORS_DIR) + "/" + name);
  EXPECT_TRUE(file.is_open()) << name;
  return json::parse(file);
}

std::string text(const json& object, const char* name) { return object.at(name).get<std::string>(); }

TEST(BapId, FromKeyAndAddress) {
  const auto ids = load("sigma/bap.json")["ids"];
  ASSERT_EQ(ids.size(), 24u);
  for (const auto& vector : ids) {
    const auto key = PrivateKey::from_wif(text(vector, "wif")).value().public_key();
    EXPECT_EQ(key.hex(), text(vector, "pubkey"));
    EXPECT_EQ(key.address(), text(vector, "address"));
    EXPECT_EQ(bap_id_from_member_key(key), text(vector, "bapId"));
    EXPECT_EQ(bap_id_from_root_address(text(vector, "address")), text(vector, "bapId"));
    EXPECT_TRUE(is_bap_id(text(vector, "bapId")));
  }
}

TEST(BapId, OfWallets) {
  const auto vectors = load("tokenpass/bap-ids.json")["type42"];
  ASSERT_EQ(vectors.size(), 16u);
  for (const auto& vector : vectors) {
    const auto root = PrivateKey::from_wif(text(vector, "rootPkWif")).value();
    const auto member = bitcoin::derive_self_child(root, text(vector, "rootPath")).value().public_key();
    EXPECT_EQ(member.address(), text(vector, "rootAddress"));
    EXPECT_EQ(bap_id_from_member_key(member), text(vector, "identityKey"));
  }
  for (const auto& vector : load("tokenpass/bap-ids.json")["bip32"])
    EXPECT_EQ(bap_id_from_root_address(text(vector, "rootAddress")), text(vector, "identityKey"));
}

TEST(BapId, Shape) {
  EXPECT_TRUE(is_bap_id("3WumfJKFTvnNjn6xHiVGPwYPNfLh"));
  for (const auto* id : {"", "3WumfJKFTvnNjn6xHiVGPwYPNfL0", "3WumfJKFTvnNjn6xHiVGPwYPNfLh ", "3WumfJKFTvnNjn6xHiVGPwYPNfLhh",
                         "3WumfJKFTvnNjn6xHiVGPw", "zzzzzzzzzzzzzzzzzzzzzzzzzzzz", "11111111111111111111111111",
                         "22222222222222222222222222", "3WumfJKFTvnNjn6xHiVGPwYPN\nLh"})
    EXPECT_FALSE(is_bap_id(id)) << id;
}

}  // namespace
}  // namespace sigma::bap
