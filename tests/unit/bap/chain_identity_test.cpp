#include <gtest/gtest.h>

#include "sigma/bap/bap_id.hpp"
#include "sigma/bap/chain_identity.hpp"

namespace sigma::bap {
namespace {

using core::Json;

constexpr const char* kRoot = "1BvBMSEYstWetqTFn5Au4m4GFg7xJaNVN2";
constexpr const char* kNext = "1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa";
constexpr const char* kOther = "12c6DSiU4Rq3P4ZxziKxzrL5LmMBrzjrJX";

Json honest() {
  return {{"idKey", bap_id_from_root_address(kRoot)},
          {"rootAddress", kRoot},
          {"currentAddress", kNext},
          {"addresses", Json::array({{{"address", kRoot}, {"txId", std::string(64, 'a')}, {"block", 1}},
                                     {{"address", kNext}, {"txId", "?"}, {"block", 2}}})},
          {"identity", {{"alternateName", "Alice"}}},
          {"firstSeen", 1}};
}

Json with(const char* name, Json value) {
  Json changed = honest();
  changed[name] = std::move(value);
  return changed;
}

TEST(ChainIdentity, SaysWhoIsWho) {
  const auto identity = read_identity(honest());
  ASSERT_TRUE(identity);
  EXPECT_EQ(standing_of(*identity, kRoot), Standing::root);
  EXPECT_EQ(standing_of(*identity, kNext), Standing::current);
  EXPECT_EQ(standing_of(*identity, kOther), Standing::stranger);
  EXPECT_EQ(identity->profile.at("identity").at("alternateName"), "Alice");
  EXPECT_FALSE(identity->profile.contains("firstSeen")) << "only what is known to be harmless is kept";
  EXPECT_FALSE(identity->profile.at("addresses").at(1).contains("txId"));
  const auto rotated = read_identity(with("currentAddress", kOther));
  EXPECT_EQ(standing_of(*rotated, kNext), Standing::replaced);
}

TEST(ChainIdentity, ReadsBackWhatItKept) {
  const auto identity = read_identity(honest());
  const auto again = read_identity(identity->profile);
  ASSERT_TRUE(again);
  EXPECT_EQ(again->profile, identity->profile);
}

TEST(ChainIdentity, Case64WhatCannotBeSoIsNotBelieved) {
  for (const Json& answer :
       {with("idKey", bap_id_from_root_address(kOther)), with("idKey", 7), with("idKey", ""),
        with("rootAddress", kOther), with("rootAddress", Json::array({kRoot})), with("rootAddress", "../x"),
        with("currentAddress", 1), with("currentAddress", "0OIl"), with("addresses", Json::object()),
        with("addresses", Json::array({1})), with("addresses", Json::array({{{"address", "x"}}})), with("valid", "yes"),
        Json(nullptr), Json::array(), Json("text"), Json::object()}) {
    EXPECT_FALSE(read_identity(answer)) << core::dump_json(answer);
  }
}

TEST(ChainIdentity, Case64OnlyTheNewestOfManyAddressesAreKept) {
  Json addresses = Json::array();
  for (int i = 0; i < 5'000; ++i) addresses.push_back({{"address", kOther}});
  addresses.push_back({{"address", kNext}});
  const auto identity = read_identity(with("addresses", addresses));
  ASSERT_TRUE(identity);
  EXPECT_LE(identity->profile.at("addresses").size(), 64);
  EXPECT_EQ(identity->profile.at("addresses").back().at("address"), kNext);
}

}  // namespace
}  // namespace sigma::bap
