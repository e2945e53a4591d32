#include "sigma/wallet/entitlement_rules.hpp"

#include <algorithm>
#include <set>

namespace sigma::wallet {
namespace {

using core::Json;

std::size_t rank_of(const std::string& tier) {
  return static_cast<std::size_t>(std::ranges::find(kTiers, tier) - std::begin(kTiers));
}

Amount add(Amount a, Amount b) {
  const Amount sum = a + b;
  return sum < a ? ~Amount{0} : sum;
}

Json describe(std::string rule, const Grant& grant) {
  Json item = {{"rule", std::move(rule)}};
  if (!grant.role.empty()) item["role"] = grant.role;
  if (grant.tier != "free") item["tier"] = grant.tier;
  return item;
}

void apply(const Grant& grant, Evaluation& evaluation) {
  if (!grant.role.empty() && std::ranges::find(evaluation.roles, grant.role) == evaluation.roles.end())
    evaluation.roles.push_back(grant.role);
  if (rank_of(grant.tier) > rank_of(evaluation.tier)) evaluation.tier = grant.tier;
}

}  // namespace

bool NftRule::matches(const Nft& nft) const {
  if (collection.empty()) return std::ranges::find(origins, nft.origin) != origins.end();
  if (nft.collection != collection) return false;
  return signers.empty() || std::ranges::any_of(nft.signers, [&](const std::string& signer) {
           return std::ranges::find(signers, signer) != signers.end();
         });
}

Evaluation EntitlementRules::evaluate(const std::vector<WalletHoldings>& wallets) const {
  Evaluation evaluation;
  for (const WalletHoldings& wallet : wallets) evaluation.complete = evaluation.complete && wallet.complete();
  for (std::size_t i = 0; i < nfts_.size(); ++i) {
    const NftRule& rule = nfts_[i];
    Json item = describe("nfts[" + std::to_string(i) + "]", rule.grant);
    if (rule.collection.empty()) {
      item["origins"] = rule.origins;
    } else {
      item["collection"] = rule.collection;
    }
    Json places = Json::array();
    std::set<std::string> counted;  // one thing counts once, whoever says it is in two places
    for (const WalletHoldings& wallet : wallets) {
      Json place = {{"address", wallet.address}};
      if (wallet.nft_error) place["error"] = *wallet.nft_error;
      std::int64_t found = 0;
      for (const Nft& nft : wallet.nfts) {
        if (!rule.matches(nft) || !counted.insert(nft.origin).second) continue;
        ++found;
        if (!item.contains("origin")) {
          item["origin"] = nft.origin;
          item["wallet"] = wallet.address;
        }
      }
      place["found"] = found;
      places.push_back(std::move(place));
    }
    const bool granted = static_cast<std::int64_t>(counted.size()) >= rule.min_count;
    item.update(
        {{"granted", granted}, {"needs", rule.min_count}, {"found", counted.size()}, {"wallets", std::move(places)}});
    evaluation.evidence.push_back(std::move(item));
    if (granted) apply(rule.grant, evaluation);
  }
  for (std::size_t i = 0; i < tokens_.size(); ++i) {
    const TokenRule& rule = tokens_[i];
    Json item = describe("tokens[" + std::to_string(i) + "]", rule.grant);
    item["token"] = rule.token;
    Json places = Json::array();
    Amount sum = 0;
    for (const WalletHoldings& wallet : wallets) {
      Json place = {{"address", wallet.address}};
      if (wallet.balance_error) place["error"] = *wallet.balance_error;
      Amount found = 0;
      for (const TokenBalance& balance : wallet.balances) {
        if (balance.token == rule.token) found = add(found, amount_of(balance));
      }
      sum = add(sum, found);
      if (found > 0 && !item.contains("wallet")) item["wallet"] = wallet.address;
      place["found"] = format_amount(found);
      places.push_back(std::move(place));
    }
    const bool granted = sum >= rule.min_amount;
    item.update({{"granted", granted},
                 {"needs", rule.min_text},
                 {"found", format_amount(sum)},
                 {"wallets", std::move(places)}});
    evaluation.evidence.push_back(std::move(item));
    if (granted) apply(rule.grant, evaluation);
  }
  return evaluation;
}

const std::vector<std::string>& EntitlementRules::features(const std::string& tier) const {
  static const std::vector<std::string> kNone;
  const auto found = features_.find(tier);
  return found == features_.end() ? kNone : found->second;
}

std::vector<std::string> EntitlementRules::signers_of(const std::string& collection) const {
  for (const NftRule& rule : nfts_) {
    if (rule.collection == collection) return rule.signers;
  }
  return {};
}

}  // namespace sigma::wallet
