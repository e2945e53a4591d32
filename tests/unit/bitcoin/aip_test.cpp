#include "sigma/bitcoin/aip.hpp"

#include "sigma/bitcoin/brc42.hpp"
#include "sigma/bitcoin/bsm.hpp"
#include "vectors.hpp"

namespace sigma::bitcoin {
namespace {

using namespace testing;

std::vector<std::string> unhex_all(const json& list) {
  std::vector<std::string> out;
  for (const auto& item : list) out.push_back(unhex(item.get<std::string>()));
  return out;
}

TEST(Aip, Sigma) {
  const auto vectors = load("sigma/bap.json")["aip"];
  ASSERT_EQ(vectors.size(), 4u);
  for (const auto& vector : vectors) {
    const auto pushes = unhex_all(vector["pushes"]);
    EXPECT_EQ(core::hex_encode(aip_message(pushes)), text(vector, "signedBytesHex"));
    EXPECT_EQ(sign_aip(wif(vector), pushes), unhex_all(vector["output"]));
    EXPECT_TRUE(verify_bsm_address(text(vector, "address"), aip_message(pushes), unbase64(text(vector, "signature"))));
  }
}

TEST(Aip, WalletsSignWithTheIdentitysKey) {
  const auto vectors = load("tokenpass/aip.json")["bap"];
  ASSERT_EQ(vectors.size(), 8u);
  for (const auto& vector : vectors) {
    const auto member = derive_self_child(wif(vector, "rootPkWif"), "bap:0").value();
    const auto key = derive_self_child(member, "1-sigma-identity").value();
    ASSERT_EQ(key.public_key().address(), text(vector, "signingAddress"));
    EXPECT_EQ(core::hex_encode(aip_message(unhex_all(vector["data"]))), text(vector, "messageHex"));
    EXPECT_EQ(sign_aip(key, unhex_all(vector["data"])), unhex_all(vector["signedOpsHex"]));
  }
}

TEST(Aip, OlderTokenPassAnswer) {
  const auto vectors = load("tokenpass/aip.json")["tokenpass"];
  ASSERT_EQ(vectors.size(), 8u);
  for (const auto& vector : vectors) {
    std::string pushes;
    for (const auto& push : unhex_all(vector["data"])) pushes += push;
    EXPECT_EQ(pushes, unhex(text(vector, "messageHex")));
    EXPECT_EQ(core::base64_encode(sign_bsm(wif(vector), pushes)), vector["signedOps"][2].get<std::string>());
    EXPECT_EQ(wif(vector).public_key().address(), vector["signedOps"][1].get<std::string>());
  }
}

}  // namespace
}  // namespace sigma::bitcoin
