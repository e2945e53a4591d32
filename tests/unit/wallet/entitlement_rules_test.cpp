#include "sigma/wallet/entitlement_rules.hpp"

#include <gtest/gtest.h>

namespace sigma::wallet {
namespace {

using Roles = std::vector<std::string>;

const std::string kFoxes = std::string(64, 'a') + "_0";
const std::string kToken = std::string(64, 'b') + "_1";

std::string origin_of(int i) {
  return std::to_string(i) + std::string(64 - std::to_string(i).size(), 'c') + "_0";
}

Nft fox(int i, std::vector<std::string> signers = {"1artist"}) {
  return {{}, origin_of(i), origin_of(i), kFoxes, std::move(signers)};
}

WalletHoldings wallet(std::string address, std::vector<Nft> nfts, std::vector<TokenBalance> balances = {}) {
  WalletHoldings holdings;
  holdings.address = std::move(address);
  holdings.nfts = std::move(nfts);
  holdings.balances = std::move(balances);
  return holdings;
}

EntitlementRules rules(const core::Json& json) {
  return EntitlementRules::parse(core::dump_json(json)).value();
}

core::Json foxes(core::Json more = core::Json::object()) {
  core::Json rule = {{"collection", kFoxes}, {"signers", {"1artist"}}, {"role", "fox"}};
  rule.update(more);
  return {{"nfts", {rule}}};
}

core::Json tokens(const std::string& min) {
  return {{"tokens", {{{"token", kToken}, {"min_amount", min}, {"role", "premium"}, {"tier", "premium"}}}}};
}

TEST(Entitlements, of_a_collection_count_what_its_artist_signed_over_all_wallets) {
  const EntitlementRules two = rules(foxes({{"min_count", 2}, {"tier", "plus"}}));
  EXPECT_EQ(two.evaluate({wallet("1a", {fox(1)}), wallet("1b", {fox(2)})}).roles, Roles{"fox"});
  EXPECT_EQ(two.evaluate({wallet("1a", {fox(1)}), wallet("1b", {fox(2)})}).tier, "plus");
  EXPECT_EQ(two.evaluate({wallet("1a", {fox(1), fox(2, {"1forger"})})}).roles, Roles{});
  EXPECT_EQ(two.evaluate({wallet("1a", {fox(1), fox(2, {})})}).roles, Roles{});
  EXPECT_EQ(two.evaluate({wallet("1a", {fox(1), fox(2, {"1forger", "1artist"})})}).roles, Roles{"fox"});
  EXPECT_EQ(two.evaluate({}).roles, Roles{});
}

TEST(Entitlements, count_one_thing_once_wherever_it_is_seen) {
  const EntitlementRules two = rules(foxes({{"min_count", 2}}));
  EXPECT_EQ(two.evaluate({wallet("1a", {fox(1)}), wallet("1b", {fox(1)})}).roles, Roles{});
  EXPECT_EQ(two.evaluate({wallet("1a", {fox(1), fox(1)})}).roles, Roles{});
}

TEST(Entitlements, of_tokens_add_up_exactly) {
  const EntitlementRules gate = rules(tokens("75000"));
  const auto holding = [](std::uint64_t amount, int decimals) { return TokenBalance{kToken, amount, decimals}; };
  EXPECT_EQ(gate.evaluate({wallet("1a", {}, {holding(75'000, 0)})}).tier, "premium");
  EXPECT_EQ(gate.evaluate({wallet("1a", {}, {holding(74'999, 0)})}).tier, "free");
  EXPECT_EQ(gate.evaluate({wallet("1a", {}, {holding(7'499'999'999'999, 8)})}).roles, Roles{});
  EXPECT_EQ(gate.evaluate({wallet("1a", {}, {holding(7'499'999'999'999, 8)}), wallet("1b", {}, {holding(1, 8)})}).roles,
            Roles{"premium"});
  EXPECT_EQ(gate.evaluate({wallet("1a", {}, {{"other", 80'000, 0}})}).roles, Roles{});
  // Twenty wallets with the most that a number can hold overflow nothing.
  std::vector<WalletHoldings> rich(20, wallet("1a", {}, {holding(UINT64_MAX, 0)}));
  EXPECT_EQ(gate.evaluate(rich).roles, Roles{"premium"});
}

TEST(Entitlements, say_why) {
  WalletHoldings unread = wallet("1b", {});
  unread.balance_error = "down";
  const auto evaluation = rules(tokens("75000")).evaluate({wallet("1a", {}, {{kToken, 150, 1}}), unread});
  EXPECT_FALSE(evaluation.complete);
  EXPECT_EQ(evaluation.evidence,
            core::Json::parse(R"([{"rule":"tokens[0]","role":"premium","tier":"premium","token":")" + kToken +
                              R"(","granted":false,"needs":"75000","found":"15","wallet":"1a","wallets":[
                                {"address":"1a","found":"15"},{"address":"1b","found":"0","error":"down"}]}])"));
}

TEST(Entitlements, best_tier_wins_and_roles_come_once) {
  const core::Json file = {{"nfts",
                            {{{"origins", {origin_of(1)}}, {"role", "r"}, {"tier", "premium"}},
                             {{"origins", {origin_of(2)}}, {"role", "r"}, {"tier", "plus"}}}}};
  const auto evaluation = rules(file).evaluate({wallet("1a", {fox(1), fox(2)})});
  EXPECT_EQ(evaluation.roles, Roles{"r"});
  EXPECT_EQ(evaluation.tier, "premium");
}

TEST(EntitlementsFile, faults_name_their_place) {
  const std::pair<core::Json, std::string> cases[] = {
      {core::Json::array(), "The file must be an object"},
      {{{"nft", core::Json::array()}}, "has no member \"nft\""},
      {{{"nfts", 5}}, "nfts must be a list"},
      {{{"nfts", {5}}}, "nfts[0] must be an object"},
      {{{"nfts", {{{"role", "x"}}}}}, "nfts[0] must name either"},
      {foxes({{"origins", {"a"}}}), "nfts[0] must name either"},
      {foxes({{"signers", core::Json::array()}}), "nfts[0].signers must be a list"},
      {foxes({{"anybody_may_mint", true}}), "nfts[0] needs \"signers\""},
      {{{"nfts", {{{"collection", kFoxes}, {"role", "x"}}}}}, "nfts[0] needs \"signers\""},
      {foxes({{"min_count", 0}}), "nfts[0].min_count"},
      {foxes({{"min_count", -1}}), "nfts[0].min_count"},
      {foxes({{"role", "Admin!"}}), "nfts[0].role holds other characters"},
      {foxes({{"role", "a,admin"}}), "nfts[0].role holds other characters"},
      {foxes({{"role", "admin"}}), "nfts[0].role cannot be bought"},
      {foxes({{"role", "user"}}), "nfts[0].role cannot be bought"},
      {foxes({{"tier", "gold"}}), "nfts[0].tier must be one of free, plus"},
      {foxes({{"rol", "x"}}), "nfts[0] has no member \"rol\""},
      {{{"tokens", {{{"token", "GM"}, {"min_amount", "1"}}}}}, "tokens[0] gives neither"},
      {{{"tokens", {{{"min_amount", "1"}, {"role", "x"}}}}}, "tokens[0].token is missing"},
      {tokens("0"), "tokens[0].min_amount"},
      {tokens("-5"), "tokens[0].min_amount"},
      {tokens("1e3"), "tokens[0].min_amount"},
      {tokens(""), "tokens[0].min_amount"},
      {{{"features", {{"gold", {"x"}}}}}, "features has no member \"gold\""},
  };
  for (const auto& [file, wanted] : cases) {
    const auto parsed = EntitlementRules::parse(core::dump_json(file));
    ASSERT_FALSE(parsed) << file;
    EXPECT_NE(parsed.error().description().find(wanted), std::string::npos) << parsed.error().description();
  }
  EXPECT_FALSE(EntitlementRules::parse("{"));
  EXPECT_TRUE(EntitlementRules::parse("{}")->empty());
  EXPECT_EQ(rules({{"features", {{"pro", {"a", "b"}}}}}).features("pro"), (Roles{"a", "b"}));
  EXPECT_TRUE(rules(core::Json::object()).features("pro").empty());
}

TEST(Amounts, are_exact) {
  for (const char* text : {"0", "1", "0.5", "75000", "0.000000000000000001", "99999999999999999999.999999999999999999"})
    EXPECT_EQ(format_amount(parse_amount(text).value()), text);
  EXPECT_EQ(format_amount(*parse_amount("007.50")), "7.5");
  for (const char* text :
       {"", ".", "1.", ".5", "1.2.3", "-1", "+1", "1 ", "1e3", "0x1", "100000000000000000000", "0.0000000000000000001"})
    EXPECT_FALSE(parse_amount(text)) << text;
  EXPECT_EQ(format_amount(amount_of({"t", 123, 2})), "1.23");
  EXPECT_EQ(format_amount(amount_of({"t", UINT64_MAX, 0})), "18446744073709551615");
  EXPECT_EQ(format_amount(amount_of({"t", 1, 18})), "0.000000000000000001");
}

}  // namespace
}  // namespace sigma::wallet
