#include "sigma/wallet/entitlement_change.hpp"

#include <gtest/gtest.h>

namespace sigma::wallet {
namespace {

using core::Json;

store::Entitlements holding(std::vector<std::string> roles, const char* evidence) {
  store::Entitlements entitlements;
  entitlements.user_id = store::UserId{"user-1"};
  entitlements.roles = std::move(roles);
  entitlements.evidence = Json::parse(evidence);
  return entitlements;
}

Json because(const store::Entitlements& before, const store::Entitlements& after) {
  const auto change = entitlement_change(before, after);
  return change ? change->detail.at("because") : Json(nullptr);
}

TEST(EntitlementChange, OtherEvidenceForTheSameRolesIsNone) {
  const auto before = holding({"gm"}, R"([{"rule":"tokens[0]","token":"t","role":"gm","needs":"5","granted":true,
    "found":"9","wallets":[]}])");
  const auto after = holding({"gm"}, R"([{"rule":"tokens[0]","token":"t","role":"gm","needs":"5","granted":true,
    "found":"5","wallets":[]}])");
  EXPECT_FALSE(entitlement_change(before, after));
}

TEST(EntitlementChange, NamesTheWalletsInWhichSomethingChanged) {
  const auto before =
      holding({}, R"([{"rule":"nfts[0]","collection":"c","role":"fox","needs":2,"granted":false,"found":1,
    "wallets":[{"address":"a","found":1},{"address":"b","found":0},{"address":"gone","found":0}]}])");
  const auto after = holding({"fox"}, R"([{"rule":"nfts[0]","collection":"c","role":"fox","needs":2,"granted":true,
    "found":2,"wallets":[{"address":"a","found":1},{"address":"b","found":1}]}])");
  EXPECT_EQ(because(before, after), Json::parse(R"([{"rule":"nfts[0]","collection":"c","role":"fox","granted":true,
    "needs":2,"found_before":1,"found":2,"wallets":[{"address":"b","found_before":0,"found":1},
    {"address":"gone","found_before":0,"found":null}]}])"));
}

TEST(EntitlementChange, RulesAreComparedByWhatTheySay) {
  const char* const gm = R"([{"rule":"tokens[0]","token":"t","role":"gm","needs":"5","granted":true,"found":"9",
    "wallets":[{"address":"a","found":"9"}]}])";
  const auto moved = holding({"gm"}, R"([{"rule":"tokens[0]","token":"u","role":"x","needs":"1","granted":false,
    "found":"0","wallets":[]},{"rule":"tokens[1]","token":"t","role":"gm","needs":"5","granted":true,"found":"9",
    "wallets":[]}])");
  auto plus = moved;
  plus.subscription_tier = "plus";
  EXPECT_EQ(because(holding({"gm"}, gm), plus), Json::array()) << "the operator has put a rule before it";
  const Json dearer = because(holding({"gm"}, gm), holding({}, R"([{"rule":"tokens[0]","token":"t","role":"gm",
    "needs":"10","granted":false,"found":"9","wallets":[{"address":"a","found":"9"}]}])"));
  ASSERT_EQ(dearer.size(), 1u) << "the old rule, which is not there any more";
  EXPECT_EQ(dearer[0]["needs"], "5");
  EXPECT_EQ(dearer[0]["found"], nullptr);
}

TEST(EntitlementChange, SaysNoMoreThanTenReasons) {
  Json many = Json::array();
  for (int i = 0; i < 100; ++i) {
    many.push_back({{"rule", "tokens"},
                    {"token", std::to_string(i)},
                    {"needs", "1"},
                    {"granted", true},
                    {"found", "1"},
                    {"wallets", Json::array()}});
  }
  auto after = holding({"gm"}, "[]");
  after.evidence = std::move(many);
  EXPECT_EQ(because(holding({}, "[]"), after).size(), 10u);
}

}  // namespace
}  // namespace sigma::wallet
